/** A message as plain text: what a mail without HTML, a terminal or a log shows. Pure. */
import { sparkline } from '../core/figures.ts'
import type { Message, Section } from '../core/message.ts'

export function textOf(message: Message): string {
  const { what, means, next, when, sections, link } = message
  return [
    `${message.verdict}  ${what}`,
    ...(means === '' ? [] : [means]),
    ...(next.length === 0 ? [] : ['', 'Next:', ...next.map((command) => `  ${command}`)]),
    ...sections.flatMap((section) => ['', ...sectionLines(section)]),
    '',
    when,
    ...(link === null ? [] : [link]),
    '',
  ].join('\n')
}

function sectionLines(section: Section): readonly string[] {
  switch (section.kind) {
    case 'facts': {
      const width = Math.max(...section.facts.map(({ name }) => name.length))
      return [section.title, ...section.facts.map(({ name, value }) => `  ${name.padEnd(width)}  ${value}`)]
    }
    case 'list':
      return [section.title, ...section.items.map((item) => `  ! ${item}`)]
    case 'bars':
      return [section.title, `  ${sparkline(valuesOf(section))}`, `  ${ends(section)}`, `  ${section.note}`]
  }
}

type Bars = Extract<Section, { kind: 'bars' }>

export const valuesOf = ({ bars }: Bars): readonly number[] => bars.map(({ value }) => value)

/** The first and the last label, and the highest value. */
export function ends({ bars }: Bars): string {
  const most = bars.reduce((best, each) => (each.value > best.value ? each : best), bars[0] ?? { label: '', value: 0 })
  return `${bars[0]?.label ?? ''} to ${bars.at(-1)?.label ?? ''}; most: ${most.value} on ${most.label}`
}
