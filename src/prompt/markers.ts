/** A dialect that sets each turn between control tokens: `<|im_start|>user\n…<|im_end|>`. Plain data. */
export interface MarkerDialect {
  kind: 'markers';
  name: string;
  specialTokens: readonly string[];
  stop: readonly string[];
}
