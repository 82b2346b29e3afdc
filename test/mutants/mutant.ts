/**
 * A mutant: one safety taken out of a module's source, and the tests that must fail without it. A patch hangs on a
 * short piece of source that stands exactly once in the file, or in one of its functions; where it no longer does, the
 * mutant itself is a failure.
 */

/** Number of the mutant that a process is to load; set for the processes of mutants.test.ts only. */
export const MUTANT_VARIABLE = 'MOTHBALL_TEST_MUTANT'

export type Patch = Readonly<{
  /** From the root of the project. */
  file: string
  /** The function or constant at top level that holds the piece; left out: the whole file. */
  within?: string
  find: string
  put: string
}>

export type Mutant = Readonly<{
  /** The safety that it lacks. */
  without: string
  patches: readonly Patch[]
  killedBy: Readonly<{
    file: string
    /** Titles, each of which must fail. */
    tests: readonly string[]
    /** For a race: only these boundaries. */
    boundaries?: readonly string[]
  }>
}>

/** Killed by the races of a mode at these boundaries. */
export const killedByRace = (mode: string, ...boundaries: readonly string[]): Mutant['killedBy'] => ({
  file: `test/race/${mode.replaceAll(' ', '-')}.test.ts`,
  tests: [`whatever is written at any moment of a batch comes to what the rules say (foreign keys: ${mode})`],
  boundaries,
})

/** Where the next declaration at top level begins. */
const NEXT = /\n(\/\*\*|export |const |function |async function |type |class )/

/** The span of `file` that a patch may touch; null where the declaration is not there exactly once. */
function scopeOf(source: string, within: string | undefined): readonly [number, number] | null {
  if (within === undefined) return [0, source.length]
  const heads = [...source.matchAll(new RegExp(`^(export )?(async )?(function\\*?|const) ${within}\\b`, 'gm'))]
  const [head] = heads
  if (head === undefined || heads.length > 1) return null
  const after = head.index + head[0].length
  const length = NEXT.exec(source.slice(after))?.index
  return [head.index, length === undefined ? source.length : after + length]
}

/** The source without the safety; throws where the patch does not fit exactly once, or changes nothing. */
export function patched(source: string, { file, within, find, put }: Patch): string {
  const place = within === undefined ? file : `${within} in ${file}`
  const scope = scopeOf(source, within)
  if (scope === null) throw new Error(`${place} is not there exactly once`)
  const pieces = source.slice(...scope).split(find)
  if (pieces.length !== 2) throw new Error(`${place} holds ${pieces.length - 1} times, and not once: ${find}`)
  if (find === put) throw new Error(`the patch of ${place} changes nothing`)
  return source.slice(0, scope[0]) + pieces.join(put) + source.slice(scope[1])
}
