/** Waits for a fact that nobody announces, such as a process that is gone; never for a length of time. */
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves as soon as `fact` holds. Throws with the fact's name when it does not within `timeoutMs`. */
export async function eventually(
  name: string,
  fact: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms: ${name}`)
    await delay(20)
  }
}
