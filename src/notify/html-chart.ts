/** A bar chart of table cells, which every mail program draws. Pure. */
import type { Section, Tone } from '../core/message.ts'
import { escaped, LIGHT } from './html-style.ts'

type Bars = Extract<Section, { kind: 'bars' }>

const HEIGHT = 72
/** What is not nothing is seen, and so is a night that went wrong. */
const LEAST = 2

export function chartOf({ title, note, bars }: Bars): string {
  const most = bars.reduce((best, each) => (each.value > best.value ? each : best), { label: '', value: 0 })
  const [first, last] = [bars[0]?.label ?? '', bars.at(-1)?.label ?? '']
  const summary = `${title}: ${first} to ${last}. Most: ${most.value} on ${most.label}. ${note}.`
  const faint = (align: string, text: string) =>
    `<td align="${align}" class="faint" style="font-size:12px;line-height:16px;color:${LIGHT.faint};">${escaped(text)}</td>`
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>${faint('left', `most: ${most.value} on ${most.label}`)}${faint('right', note)}</tr></table>
<table role="img" aria-label="${escaped(summary)}" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;"><tr>${bars
    .map(({ label, value, tone }) => cell(`${label}: ${value}`, heightOf(value, most.value, tone), tone))
    .join('')}</tr></table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>${faint('left', first)}${faint('right', last)}</tr></table>`
}

const heightOf = (value: number, most: number, tone: Tone): number =>
  value <= 0 && tone === 'plain' ? 0 : Math.max(LEAST, Math.round((value / Math.max(1, most)) * HEIGHT))

const cell = (title: string, height: number, tone: Tone): string =>
  `<td valign="bottom" height="${HEIGHT + 6}" title="${escaped(title)}" class="line" style="height:${HEIGHT + 6}px;padding:0 1px;border-bottom:1px solid ${LIGHT.line};">${
    height === 0
      ? ''
      : `<div class="bar-${tone}" style="height:${height}px;background:${tone === 'plain' ? LIGHT.bar : LIGHT[tone]};border-radius:2px 2px 0 0;font-size:0;line-height:0;">&nbsp;</div>`
  }</td>`
