/** CSV that opens safely in a spreadsheet: what could be a formula is a text, and every text is quoted. */

const FORMULA = /^[=+\-@\t\r]/

function field(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

export function csvOf(rows: readonly object[]): string {
  const names = Object.keys(rows[0] ?? {})
  const lines = rows.map((row) => {
    const fields = new Map<string, unknown>(Object.entries(row))
    return names.map((name) => field(fields.get(name))).join(',')
  })
  return `${[names.join(','), ...lines].join('\r\n')}\r\n`
}

export function saveAs(name: string, text: string, type: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
