/** `mothball verify`: holds what is there against what the journal says. Reads only. */
import { trustedKeysOf } from '../../core/audit-schema.ts'
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { hang, instant } from '../format.ts'

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

const verify = (call: Call): Promise<ExitCode> =>
  withPolicy(call, async ({ config: { audit }, archiver, policy, output, view: { style, width, zone } }) => {
    const { status, checks } = await archiver.verify(policy, { auditKeys: trustedKeysOf(audit) })
    const widest = Math.max(0, ...checks.map(({ name }) => name.length))
    const lines = checks.flatMap(({ name, ok, detail }) => {
      const mark = ok ? style.good('✔') : style.bad('✖')
      return hang(`${mark} ${width < WIDE ? `${name}:` : name.padEnd(widest)} `, inZone(detail, zone), width)
    })
    const differing = checks.filter(({ ok }) => !ok).length
    const verdict =
      status === 'clean' ? style.good('CLEAN') : style.bad(`DIFFERS  ${differing} of ${checks.length} checks`)
    output.result({ type: 'verify', policy: policy.name, status, checks }, [...lines, verdict])
    return status === 'clean' ? EXIT.done : EXIT.differs
  })
