/**
 * `mothball doctor`: what would refuse or hinder a run in this database, each with its fix; with --grants the roles
 * that the work needs, as SQL. Reads only.
 */
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import type { Diagnosis, Examination } from '../../core/examination.ts'
import type { Grant } from '../../core/grants/grant.ts'
import type { GrantPlan } from '../../core/grants/roles.ts'
import { type TableName, tableText } from '../../core/names.ts'
import { grantScript } from '../../sql/grants.sql.ts'
import { text } from '../arguments.ts'
import { type Call, withArchiver } from '../call.ts'
import type { Register } from '../command.ts'
import { counted, hang } from '../format.ts'
import type { Output } from '../output.ts'
import { findingLines } from '../views/findings.ts'

export const registerDoctor: Register = (program, { act }) => {
  program
    .command('doctor')
    .description('examine the database: version, privileges, drift, settings; names each fix')
    .option('--grants', 'print the roles, and the GRANTs that each needs, as SQL for psql')
    .option('--role-prefix <text>', 'with --grants: begins the names of the roles (mothball_)', text('--role-prefix'))
    .action(act(doctorOrGrants))
}

type DoctorFlags = Readonly<{ grants?: true; rolePrefix?: string }>

function doctorOrGrants(call: Call, { grants, rolePrefix }: DoctorFlags): Promise<ExitCode> {
  if (grants) return printGrants(call, rolePrefix)
  if (rolePrefix === undefined) return doctor(call)
  throw new MothballError('usage_invalid', { problem: '--role-prefix stands alone', hint: 'Add --grants.' })
}

const printGrants = (call: Call, prefix?: string): Promise<ExitCode> =>
  withArchiver(call, async ({ archiver, policies, output }) => {
    const plan = await archiver.grants(policies, prefix)
    const script = grantScript(plan)
    output.result({ type: 'grants', ...toLine(plan), sql: script }, [script.trimEnd()])
    return EXIT.done
  })

/** Objects as people write them. */
const toLine = ({ roles, absent, rowSecured }: GrantPlan) => ({
  roles: roles.map(({ grants, ...role }) => ({
    ...role,
    grants: grants.map(({ kind, name, privilege, columns }) => ({
      kind,
      object: objectText(kind, name),
      privilege,
      columns,
    })),
  })),
  absent,
  rowSecured,
})

const objectText = (kind: Grant['kind'], name: TableName): string => {
  if (kind === 'schema') return name.schema
  return kind === 'table' ? tableText(name) : name.table
}

const doctor = (call: Call): Promise<ExitCode> =>
  withArchiver(call, async ({ archiver, policies, output }) => {
    const diagnosis = await archiver.doctor(policies)
    output.result({ type: 'doctor', status: diagnosis.state, checks: diagnosis.examinations }, [
      ...diagnosis.examinations.flatMap((each) => examinationLines(each, output)),
      verdictLine(diagnosis, output),
    ])
    return diagnosis.state === 'refused' ? EXIT.refused : EXIT.done
  })

function examinationLines({ name, state, detail, findings }: Examination, { style, width }: Output): readonly string[] {
  const mark = { ok: style.good('✔'), warning: style.warn('!'), refused: style.bad('✖') }[state]
  return [...hang(`${mark} ${style.strong(name)}: `, detail, width), ...findingLines(findings, '-', { width, style })]
}

function verdictLine({ state, examinations }: Diagnosis, { style }: Output): string {
  const counts = examinations.reduce((sum, { findings }) => sum + findings.length, 0)
  if (state === 'refused') return style.bad(`REFUSED  ${counted(counts, 'finding')}; a run would not start.`)
  if (state === 'warning') return style.warn(`OK WITH WARNINGS  ${counted(counts, 'finding')}; a run would start.`)
  return style.good('OK  a run would start.')
}
