/**
 * Tables as CSV (RFC 4180) that a spreadsheet opens as what they are: a text that would be taken for a formula is
 * marked as text, and the byte order mark says UTF-8. Pure.
 */

/** Starts of cells that Excel, LibreOffice or Sheets compute. */
const FORMULA = /^[=+\-@\t\r]/

export const csvOf = (header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  `\uFEFF${[header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`

/** A number is written as it is: its minus begins no formula. */
function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const inert = FORMULA.test(value.trimStart()) || FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
