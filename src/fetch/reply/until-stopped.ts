/** What is read of a stream to know when it has nothing more to say. */
interface Listener<Chunk> {
  push(chunk: Chunk): unknown;
  awaited(): string;
}

interface AnyChunk {
  choices?: readonly { index?: number | null | undefined }[] | null | undefined;
}

/**
 * The chunks of a stream up to those in which the last choice meets a stop that is found here; then the stream is let go. A
 * chunk that ends the choices stands behind them.
 */
export async function* untilStopped<Chunk extends AnyChunk>(
  chunks: AsyncIterable<Chunk>,
  listener: Listener<Chunk>,
): AsyncGenerator<Chunk> {
  const seen = new Set<number>();
  for await (const chunk of chunks) {
    for (const { index } of chunk.choices ?? []) seen.add(index ?? 0);
    yield chunk;
    listener.push(chunk);
    if (listener.awaited() !== 'nothing') continue;
    const choices = [...seen].map((index) => ({ index, text: '', delta: {}, finish_reason: 'stop' }));
    yield { ...chunk, usage: undefined, choices };
    return;
  }
}
