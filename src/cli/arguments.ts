/** Strict readings of what people type: nothing is coerced, and what is wrong is named by its flag. */
import { MothballError } from '../core/errors/index.ts'
import { MAX_BATCH_SIZE } from '../core/policy-schema.ts'
import { RESTORE_OPERATORS } from '../sql/restore-select.sql.ts'

/** Reads what stands behind a flag or argument; throws `option_invalid` with its name. */
type Reader<T> = (value: string) => T

function refuse(option: string, problem: string): never {
  throw new MothballError('option_invalid', { option, problem })
}

/** A text that says something. */
export const text =
  (option: string): Reader<string> =>
  (value) =>
    value.trim() === '' ? refuse(option, 'is empty') : value

/** One text of all words that stand there, as a number is written: `082 555 0142`, in quotes or without. */
export const phrase =
  (option: string) =>
  (value: string, before?: string): string =>
    before === undefined ? text(option)(value) : `${before} ${value}`

/** 1, 2, 3, ... in plain digits, up to `most`. */
export const positive =
  (option: string, most: number = Number.MAX_SAFE_INTEGER): Reader<number> =>
  (value) => {
    if (value === '') return refuse(option, 'is empty')
    if (!/^[1-9]\d*$/.test(value)) return refuse(option, `${shown(value)} is not a whole number from 1 on, in digits`)
    return Number(value) > most ? refuse(option, `${shown(value)} is more than ${most}`) : Number(value)
  }

/** One of a few words. */
export const oneOf =
  <Word extends string>(option: string, words: readonly Word[]): Reader<Word> =>
  (value) =>
    words.find((word) => word === value) ?? refuse(option, `${shown(value)} is none of ${words.join(', ')}`)

/** Hexadecimal digits, at least eight: fewer would be found by chance. */
export const hexDigits =
  (option: string): Reader<string> =>
  (value) =>
    /^[0-9a-f]{8,64}$/i.test(value) ? value.toLowerCase() : refuse(option, `${shown(value)} is not 8 to 64 hex digits`)

export const batchSize = (option: string): Reader<number> => positive(option, MAX_BATCH_SIZE)

/** `2026-09-23`, `2026-09-23 02:00[:00[.5]]`, with or without an offset; returned in PostgreSQL's form. */
export const instantText =
  (option: string): Reader<string> =>
  (value) => {
    const match =
      /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
        value.trim(),
      )
    if (match === null)
      return refuse(option, `${shown(value)} is not an instant such as 2026-09-23 or 2026-09-23T02:00+02:00`)
    const [, year, month, day, hour = '00', minute = '00', second = '00', offset = ''] = match
    const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
    const exists = !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day)
    if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) >= 60)
      return refuse(option, `${shown(value)} is a day or an hour that does not exist`)
    return `${year}-${month}-${day} ${hour}:${minute}:${second}${offset}`
  }

/** An instant without an offset is meant in `zone`. */
export const inZone = (instant: string, zone: string): string =>
  /(Z|[+-]\d\d(:?\d\d)?)$/.test(instant.slice('2026-09-23'.length)) ? instant : `${instant} ${zone}`

export type WhereCondition = Readonly<{ column: string; operator: string; value: string }>

/** `column operator value`; the value is everything after the operator, in single quotes or without. */
export const where =
  (option: string) =>
  (value: string, previous: readonly WhereCondition[] = []): readonly WhereCondition[] => {
    const match = /^\s*(\S+?)\s*(<>|<=|>=|=|<|>|\s(?:like|is not null|is null)(?=\s|$))\s*(.*?)\s*$/is.exec(value)
    if (match === null)
      return refuse(
        option,
        `${shown(value)} is not "column operator value"; operators are ${RESTORE_OPERATORS.join(', ')}`,
      )
    const [, column = '', found = '', operand = ''] = match
    const operator = found.trim().toLowerCase()
    const isUnary = operator.startsWith('is ')
    if (isUnary && operand !== '') return refuse(option, `${operator} takes no value`)
    if (!isUnary && operand === '') return refuse(option, `${operator} takes a value; for NULL use is null`)
    return [...previous, { column, operator, value: unquoted(operand) }]
  }

const unquoted = (value: string): string =>
  /^'.*'$/s.test(value) && value.length > 1 ? value.slice(1, -1).replaceAll("''", "'") : value

/** So much of what was typed as fits into a message. */
const shown = (value: string): string => JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
