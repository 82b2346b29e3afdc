/** Customers as tests look for them. */
import assert from 'node:assert/strict'
import type { Found } from '../../src/core/found.ts'
import type { Policy } from '../../src/core/policy.ts'
import { find } from '../../src/engine/find/find.ts'
import type { Engine } from '../../src/engine/ports.ts'

type Center = Readonly<{ engine: Engine; policy: Policy }>

export const lookFor = ({ engine, policy }: Center, text: string): Promise<readonly Found[]> =>
  find(engine, policy, text)

/** The only one that the text finds; more or none fail the test. */
export async function theOne(center: Center, text: string): Promise<Found> {
  const [found, ...more] = await lookFor(center, text)
  if (found === undefined || more.length > 0)
    assert.fail(`${text}: ${found === undefined ? 'nothing' : 'several'} found`)
  return found
}
