/** Why a night moved more or fewer than the one before: the counts of both, where they differ. Pure. */
import type { Run } from '../api/contract.ts'
import { count, ruleWords, stopWords } from '../words.ts'
import { leftBy } from './verdict.ts'

/** A run that ended and may have moved somebody. */
const hasMoved = ({ operation, dryRun, endedAt }: Run): boolean =>
  operation === 'archive' && !dryRun && endedAt !== null

/** The one before it among `runs`, newest first; null where that one is not among them, or the run is none that moves. */
export const runBefore = (run: Run, runs: readonly Run[]): Run | null =>
  hasMoved(run) ? (runs.find((each) => each.run < run.run && hasMoved(each)) ?? null) : null

/** `41 fewer than`, `3 more than`, `as many as`. */
export const differenceWords = (difference: number): string =>
  difference === 0 ? 'as many as' : `${count(Math.abs(difference))} ${difference > 0 ? 'more' : 'fewer'} than`

/** From what was there to what became of it: old enough, kept, eligible, and what of these did not move. */
export function reasonsOf(run: Run, before: Run): readonly string[] {
  const isKnown = [run, before].every(({ candidates, eligible }) => candidates !== null && eligible !== null)
  return [...(isKnown ? plannedReasons(run, before) : []), ...leftReasons(run)]
}

function plannedReasons(run: Run, before: Run): readonly string[] {
  const old = (of: Run): number => of.candidates ?? 0
  const kept = (of: Run): number => old(of) - (of.eligible ?? 0)
  const fresh = old(run) - (old(before) - before.archived)
  return [
    `${count(old(run))} were old enough, ${changed(old(run) - old(before))}: ${count(before.archived)} had left with run ${before.run}, ${
      fresh >= 0 ? `${count(fresh)} came of age since` : `and ${count(-fresh)} more are gone or young again`
    }.`,
    `${count(kept(run))} of them were kept, ${changed(kept(run) - kept(before))}${rulesThatDiffer(run, before)}.`,
    `So ${count(run.eligible)} were eligible, ${changed((run.eligible ?? 0) - (before.eligible ?? 0))}.`,
  ]
}

const changed = (difference: number): string =>
  difference === 0 ? 'as many as before' : `${count(Math.abs(difference))} ${difference > 0 ? 'more' : 'fewer'}`

const MOST_RULES = 3

/** Those that moved most, first. */
function rulesThatDiffer(run: Run, before: Run): string {
  const rules = [...new Set([...Object.keys(run.kept), ...Object.keys(before.kept)])]
    .map((rule) => ({ rule, difference: (run.kept[rule] ?? 0) - (before.kept[rule] ?? 0) }))
    .filter(({ difference }) => difference !== 0)
    .toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
    .slice(0, MOST_RULES)
  if (rules.length === 0) return ''
  return ` (${rules.map(({ rule, difference }) => `${ruleWords(rule)} ${changed(difference)}`).join(', ')})`
}

/** Every run that ends with people left over says why. */
function leftReasons(run: Run): readonly string[] {
  const { failed, skipped, stopReason } = run
  const left = leftBy(run)
  return [
    ...(failed > 0 ? [`${count(failed)} could not move: see Failures below.`] : []),
    ...(skipped > 0 ? [`${count(skipped)} were skipped: locked, became active, or in quarantine.`] : []),
    ...(left > 0 ? [`${count(left)} eligible ones were left: ${stopWords(stopReason)}.`] : []),
  ]
}
