/** Verifications as tests ask about them: by the name of a check, and which of them differ. */
import assert from 'node:assert/strict'
import type { Policy } from '../../src/core/policy.ts'
import type { Check, Verification } from '../../src/core/verify.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { verify } from '../../src/engine/verify/verify.ts'

type Center = Readonly<{ engine: Engine; policy: Policy }>

export const verified = ({ engine, policy }: Center): Promise<Verification> => verify(engine, policy)

/** The check of that name; its absence fails the test. */
export const checkOf = ({ checks }: Verification, name: string): Check =>
  checks.find((each) => each.name === name) ?? assert.fail(`no check ${name}`)

/** Names of the checks that differ, in their order. */
export const differing = ({ checks }: Verification): readonly string[] =>
  checks.filter(({ ok }) => !ok).map(({ name }) => name)

export async function assertClean(center: Center): Promise<Verification> {
  const verification = await verified(center)
  assert.deepEqual(differing(verification), [], JSON.stringify(verification.checks, null, 2))
  assert.equal(verification.status, 'clean')
  return verification
}
