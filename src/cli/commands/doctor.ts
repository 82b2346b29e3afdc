/** `mothball doctor`: what would refuse or hinder a run in this database, each with its fix. Reads only. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import type { Diagnosis, Examination } from '../../core/examination.ts'
import { type Call, withArchiver } from '../call.ts'
import type { Register } from '../command.ts'
import { counted, hang } from '../format.ts'
import type { Output } from '../output.ts'
import { findingLines } from '../views/findings.ts'

export const registerDoctor: Register = (program, { act }) => {
  program
    .command('doctor')
    .description('examine the database: version, privileges, drift, settings; names each fix')
    .action(act(doctor))
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
