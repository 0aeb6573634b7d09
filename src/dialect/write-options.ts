/** What happens to text in content that the dialect would read as structure. */
export type Collisions = 'escape' | 'neutralize' | 'error' | 'allow';

/** Labels that count as a speaker's, beside or instead of a dialect's own. */
export interface SpeakerLabels {
  system?: string | readonly string[];
  user?: string | readonly string[];
  assistant?: string | readonly string[];
}

/** How messages are written as a prompt, in whatever dialect. */
export interface WriteOptions {
  /** Functions the model may call, written into the prompt as the dialect does it; or a `toolStyle`, in short. */
  tools?: readonly unknown[] | 'native' | 'generic' | 'error' | undefined;
  /** End with the open label of the assistant (default true), unless the last message is a prefill. */
  generationPrompt?: boolean | undefined;
  /** A last assistant message stays open as a prefill (default true). */
  continueFinal?: boolean | undefined;
  /** Default `escape`: reversible. */
  collisions?: Collisions | undefined;
  /**
   * `template` (the default): byte for byte what the model's own template gives, each change a warning.
   * `reversible`: nothing is changed that the dialect can represent.
   */
  fidelity?: 'template' | 'reversible' | undefined;
  /** The form of tools: the dialect's own (the default where it has one), the generic one, or none: refuse. */
  toolStyle?: 'native' | 'generic' | 'error' | undefined;
  /**
   * A system message where the model knows none: in front of the user's next words (the default), as words of the
   * user, or refused.
   */
  systemFallback?: 'fold' | 'user' | 'error' | undefined;
  /**
   * Two turns of the same speaker in a row: kept, joined, or refused. Default: `merge` under `fidelity: 'template'`
   * where the models' template refuses them, else `keep`.
   */
  alternation?: 'keep' | 'merge' | 'error' | undefined;
  /** Parts that text can't carry (images, audio, files): refused (the default), or a placeholder and a warning. */
  parts?: 'error' | 'placeholder' | undefined;
  /**
   * Begin with the dialect's BOS token (default true, as the models' templates do). Say false for a server that puts it
   * in front of every prompt itself: llama.cpp's `/completion`, vLLM's and TGI's completions with their defaults. It is
   * never written twice.
   */
  bos?: boolean | undefined;
  /** What a model's template takes beside the messages: dates, thinking switches. */
  templateOptions?: Readonly<Record<string, unknown>> | undefined;
}
