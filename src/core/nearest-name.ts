/**
 * The known name that somebody most likely meant by an unknown one: another spelling of it, or a few slips of the
 * keyboard away. Pure; null where nothing is near enough to be worth a guess.
 */

/** One slip in three letters: with more, `hours` would be taken for `zone`. */
const LETTERS_PER_SLIP = 3

export function nearestName(written: string, known: readonly string[]): string | null {
  const bare = bareOf(written)
  const most = Math.max(1, Math.floor(bare.length / LETTERS_PER_SLIP))
  const [nearest] = known
    .map((name) => ({ name, other: bareOf(name) }))
    // Without this a caller's field of a megabyte would be held against every field letter by letter.
    .filter(({ other }) => Math.abs(other.length - bare.length) <= most)
    .map(({ name, other }) => ({ name, slips: slipsBetween(bare, other) }))
    .filter(({ name, slips }) => slips <= most && slips < name.length)
    .toSorted((a, b) => a.slips - b.slips)
  return nearest?.name ?? null
}

/** `batch_size` and `batchSize` are one name in two spellings. */
const bareOf = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

/** Letters put in, left out, exchanged, or swapped with their neighbour (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let [before, last]: [readonly number[], readonly number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[before, last] = [last, row]
  }
  return last[b.length] ?? 0
}
