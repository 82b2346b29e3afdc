/** `mothball verify`: holds what is there against what the journal says. Reads only. */
import { trustedKeysOf } from '../../core/audit-schema.ts'
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { type Check, toldOf } from '../../core/verify.ts'
import { type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { hang, hangEach, instant } from '../format.ts'
import type { View } from '../views/findings.ts'

export const registerVerify: Register = (program, { act }) => {
  program
    .command('verify')
    .description('prove that nothing was lost, doubled, changed or orphaned; exit 5 when something differs')
    .action(act(verify))
}

/** From so many columns on the details stand in a column of their own. */
const WIDE = 70

/** Details carry instants as the database has them; people read all of them in one zone. */
const inZone = (detail: string, zone: string): string =>
  detail.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+\d\d/g, (text) => instant(text, zone))

/** What agrees is told in passing; what differs is read finding by finding. */
function checkLines({ name, ok, detail, parts }: Check, widest: number, { style, width, zone }: View) {
  const mark = ok ? style.good('✔') : style.bad('✖')
  const lead = `${mark} ${width < WIDE ? `${name}:` : name.padEnd(widest)} `
  if (ok) return hang(lead, inZone(detail, zone), width)
  return hangEach(
    lead,
    parts.map((part) => inZone(part, zone)),
    width,
  )
}

const verify = (call: Call): Promise<ExitCode> =>
  withPolicy(call, async ({ config: { audit }, archiver, policy, output, view }) => {
    const verification = await archiver.verify(policy, { auditKeys: trustedKeysOf(audit) })
    const { status, checks } = verification
    const widest = Math.max(0, ...checks.map(({ name }) => name.length))
    const lines = checks.flatMap((check) => checkLines(check, widest, view))
    const differing = checks.filter(({ ok }) => !ok).length
    const verdict =
      status === 'clean' ? view.style.good('CLEAN') : view.style.bad(`DIFFERS  ${differing} of ${checks.length} checks`)
    output.result({ type: 'verify', policy: policy.name, ...toldOf(verification) }, [...lines, verdict])
    return status === 'clean' ? EXIT.done : EXIT.differs
  })
