/** Pieces of Markdown that the generated pages are made of. A generated page says so, and by what. */

/** The first lines of every generated page. `title` becomes its heading. */
export const head = (title: string, introduction: readonly string[]): string =>
  [`# ${title}`, '', '<!-- Made by `npm run docs`; edit scripts/docs instead. -->', '', ...introduction].join('\n')

/** A table; a cell may hold any text but a line break. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(columns), `|${columns.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

const WIDTH = 120

/** Text broken into lines of at most 120 columns, never inside code. */
export function paragraph(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length > WIDTH && line !== '') lines.push(line)
    line = longer.length > WIDTH && line !== '' ? word : longer
  }
  return [...lines, line].join('\n')
}

/** Sections with an empty line between them, and a line break at the end of the page. */
export const page = (...sections: readonly string[]): string => `${sections.join('\n\n')}\n`

/** `${NAME}` as code: what a configuration takes from outside. */
export const reference = (name: string): string => `\`\${${name}}\``

/** A pipe would end the cell, and what looks like a tag would vanish. */
const cell = (text: string): string =>
  text
    .replaceAll('\n', ' ')
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
    .join('')
    .replaceAll('|', '\\|')
