/**
 * When people come: each by himself, so many a second on average, and now and then two at once. The same seed, the same
 * moments.
 */
import { createHash } from 'node:crypto'

/** Milliseconds from the beginning, ascending, without end: the time to the next one knows nothing of the last. */
export function* arrivals(perSecond: number, seed: string): Generator<number, never> {
  let at = 0
  for (let index = 0; ; index += 1) {
    at -= Math.log(1 - uniform(`${seed} ${index}`)) * (1000 / perSecond)
    yield at
  }
}

/** From 0 to below 1, by the text alone. */
const uniform = (text: string): number => createHash('md5').update(text).digest().readUInt32BE() / 2 ** 32
