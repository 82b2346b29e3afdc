/** Which policy is meant, where a name may be left out because there is only one. */
import { MothballError } from './errors/index.ts'
import type { Policy } from './policy.ts'

/** Throws `policy_unknown`, or `policy_ambiguous` where there are several and none is named. */
export function choosePolicy(policies: readonly Policy[], name: string | undefined): Policy {
  const known = policies.map((each) => each.name).join(', ')
  if (name === undefined) {
    const [policy, another] = policies
    if (policy === undefined || another !== undefined) throw new MothballError('policy_ambiguous', { known })
    return policy
  }
  const found = policies.find((each) => each.name === name)
  if (found === undefined) throw new MothballError('policy_unknown', { policy: name, known })
  return found
}
