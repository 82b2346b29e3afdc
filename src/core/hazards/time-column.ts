/**
 * Whether a column can be compared with an instant. Nothing is guessed: a timestamp or date without a declared zone,
 * or a number without a declared unit, would move rows hours or decades too early.
 */
import type { Finding } from '../finding.ts'
import { tableText } from '../names.ts'
import type { TimeColumn } from '../policy.ts'
import { type Column, columnOf, type TableShape } from '../table.ts'

/** The kinds of time that a column can hold. A domain is none: its checks and its base could say different things. */
function timeKind({ type }: Column): 'instant' | 'local' | 'number' | null {
  if (/^timestamp(\(\d\))? with time zone$/.test(type)) return 'instant'
  if (/^timestamp(\(\d\))? without time zone$/.test(type) || type === 'date') return 'local'
  return type === 'bigint' || type === 'integer' ? 'number' : null
}

/** `field` is the policy's field that names the column, such as `age` or `keep[0].where[1]`. */
export function timeColumnProblem(shape: TableShape, time: TimeColumn, field: string): Finding | null {
  const object = `${tableText(shape.name)}.${time.column}`
  const finding = (code: string, message: string, hint: string): Finding => ({
    code,
    object,
    message: `${object} ${message}`,
    hint,
  })
  const column = columnOf(shape, time.column)
  if (column === undefined)
    return finding('age_column_missing', 'does not exist', `Correct ${field}.column of the policy.`)
  const kind = timeKind(column)
  if (kind === null)
    return finding(
      'age_type_unsupported',
      `is ${column.type}, which is no moment in time`,
      `Name a column of type timestamptz, timestamp, date or bigint in ${field}.column.`,
    )
  if (kind === 'number')
    return time.unit === null
      ? finding(
          'age_unit_missing',
          `is ${column.type}, and the policy does not say what it counts`,
          `Set ${field}.unit to epoch_ms or epoch_s.`,
        )
      : null
  if (time.unit !== null)
    return finding(
      'age_unit_misplaced',
      `is ${column.type}, and the policy calls it ${time.unit}`,
      `Remove ${field}.unit.`,
    )
  return kind === 'local' && time.zone === null
    ? finding(
        'age_zone_missing',
        `is ${column.type}, and the policy does not say in which zone`,
        `Set ${field}.zone, such as Africa/Johannesburg.`,
      )
    : null
}
