/**
 * The decision that the specification leaves open, on figures: what each way to treat related records would move, under
 * both sets of criteria. Plans only read, so all six are made here.
 */
import type { Plan } from '../../core/plan.ts'
import type { Policy } from '../../core/policy.ts'
import { isProblems, parsePolicy } from '../../core/policy-schema.ts'
import { nicCallCenter } from '../../presets/nic-call-center.ts'
import { number, type Tour } from '../tour.ts'

const CRITERIA = ['basic', 'enhanced'] as const

const OPTIONS = [
  { name: 'A', related: 'archive', words: 'related rows go along' },
  { name: 'B', related: 'keep', words: 'related rows stay behind' },
  { name: 'C', related: 'block', words: 'any related row keeps its customer' },
] as const

const row = (first: string, ...cells: readonly string[]) =>
  `${first.padEnd(40)}${cells.map((cell) => cell.padStart(12)).join('')}`

export async function compareOptions({ archiver, tell }: Tour): Promise<void> {
  tell.step('What each option of the specification would move, by criteria')
  tell.command('mothball plan     # with `related:` and `criteria:` in the configuration')
  const { result: plans, took } = await tell.timed('planning six times', async () => {
    const made = new Map<string, readonly Plan[]>()
    for (const { name, related } of OPTIONS) {
      const both = CRITERIA.map((criteria) => archiver.plan(policyOf({ criteria, related })))
      made.set(name, await Promise.all(both))
    }
    return made
  })
  tell.say(row('customers that would move', ...CRITERIA), took)
  for (const { name, related, words } of OPTIONS) {
    const cells = (plans.get(name) ?? []).map((each) => (each.refusals.length > 0 ? 'refused' : number(each.eligible)))
    tell.say(row(`${name}  ${related.padEnd(8)} ${words}`, ...cells))
  }
  const [refusal] = [...plans.values()].flat().flatMap(({ refusals }) => refusals)
  if (refusal !== undefined) tell.say(`refused: ${refusal.object}: ${refusal.message}`)
}

function policyOf(options: Parameters<typeof nicCallCenter>[0]): Policy {
  const policy = parsePolicy(nicCallCenter(options), 'policies[0]')
  if (isProblems(policy)) throw new RangeError('the preset is a sound policy under each of its options')
  return policy
}
