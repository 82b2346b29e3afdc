/**
 * Chance that can be repeated: every draw of the crash suite comes from one seed. A fork by label draws the same
 * whatever the other forks have drawn, so that one episode replays without those before it.
 */
import { createHash } from 'node:crypto'

export type Random = Readonly<{
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number
  /** True in so large a share of all cases, from 0 to 1. */
  chance(share: number): boolean
  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T
  shuffled<T>(list: readonly T[]): T[]
  fork(label: string): Random
}>

export function randomOf(seed: string): Random {
  // Mulberry32: 32 bits of state are plenty for choices, and its whole text fits here.
  let state = createHash('sha256').update(seed).digest().readUInt32LE()
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(fraction() * limit)
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[below(list.length)]
    if (chosen === undefined) throw new RangeError('nothing to pick from')
    return chosen
  }
  return {
    below,
    chance: (share) => fraction() < share,
    pick,
    shuffled: (list) => {
      const keyed = list.map((value) => ({ value, at: fraction() }))
      return keyed.sort((a, b) => a.at - b.at).map(({ value }) => value)
    },
    fork: (label) => randomOf(`${seed}/${label}`),
  }
}
