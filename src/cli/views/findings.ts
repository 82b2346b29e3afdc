/** Findings as people read them: what is wrong, and below it what to do. */
import type { Finding } from '../../core/finding.ts'
import { count, fold } from '../format.ts'
import type { Style } from '../style.ts'

export type View = Readonly<{ width: number; style: Style; zone: string }>

/** What `mothball migrate` makes good, with the words for one and for several. */
const MADE_BY_MIGRATE: Readonly<Record<string, readonly [one: string, several: string]>> = {
  journal_missing: ['the journal', 'journals'],
  journal_outdated: ['a newer journal', 'newer journals'],
  archive_missing: ['an archive table', 'archive tables'],
  archive_lacks_column: ['a column', 'columns'],
  log_table_missing: ['the log table', 'log tables'],
}

/** A refusal that stands only until `mothball migrate`: a plan before the first migration is no failure. */
export const isMadeByMigrate = ({ code }: Finding): boolean => Object.hasOwn(MADE_BY_MIGRATE, code)

/** Each with its fix; what one `mothball migrate` makes good is one line. */
export function findingLines(
  findings: readonly Finding[],
  mark: string,
  view: Pick<View, 'width' | 'style'>,
): readonly string[] {
  const missing = findings.filter(isMadeByMigrate)
  const others = findings.filter((each) => !isMadeByMigrate(each))
  const known = missing.length > 1 ? [summary(missing), ...others] : findings
  return known.flatMap(({ code, message, hint }) => [
    ...fold(`${message} [${code}]`, view.width, '    ').map((line, at) =>
      at === 0 ? `  ${mark} ${line.trimStart()}` : line,
    ),
    ...fold(hint, view.width, '      ').map(view.style.faint),
  ])
}

function summary(missing: readonly Finding[]): Finding {
  const kinds = [...Map.groupBy(missing, ({ code }) => code)].map(([code, { length }]) => {
    const [one, several] = MADE_BY_MIGRATE[code] ?? ['', '']
    return length === 1 ? one : `${count(length)} ${several}`
  })
  const last = kinds.pop() ?? ''
  const list = kinds.length === 0 ? last : `${kinds.join(', ')} and ${last}`
  return { code: 'not_migrated', object: '', message: `missing: ${list}`, hint: 'Run `mothball migrate`.' }
}
