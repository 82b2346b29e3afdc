/**
 * A message as HTML that mail programs show: tables and inline styles, the chart of table cells, no image, no script,
 * nothing fetched. Every text is escaped. Light and dark; one column, from 320 px on. Colour never stands alone: each
 * verdict is a word. Pure.
 */
import type { Message, Section, Tone } from '../core/message.ts'
import { chartOf } from './html-chart.ts'
import { DARK, escaped, FONT, LIGHT } from './html-style.ts'

export function htmlOf(message: Message): string {
  const { verdict, tone, what, means, next, sections, when, link, subject } = message
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title><style>${DARK}</style></head>
<body class="page" style="margin:0;padding:0;background:${LIGHT.page};">
<div style="display:none;max-height:0;overflow:hidden;">${escaped(means === '' ? what : means)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="background:${LIGHT.page};"><tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="card" style="max-width:600px;background:${LIGHT.card};border:1px solid ${LIGHT.line};border-radius:8px;">
<tr><td style="padding:24px 24px 8px 24px;${FONT}">
${badge(verdict, tone)}
<h1 class="ink" style="margin:12px 0 0 0;font-size:19px;line-height:26px;font-weight:600;color:${LIGHT.ink};">${escaped(what)}</h1>
${means === '' ? '' : `<p class="ink" style="margin:8px 0 0 0;font-size:15px;line-height:22px;color:${LIGHT.ink};">${escaped(means)}</p>`}
${next.length === 0 ? '' : commands(next)}
</td></tr>
${sections.map(sectionRow).join('\n')}
<tr><td class="faint" style="padding:16px 24px 24px 24px;font-size:13px;line-height:19px;color:${LIGHT.faint};${FONT}">${escaped(when)}${
    link === null ? '' : `<br><a class="link" href="${escaped(link)}" style="color:${LIGHT.link};">${escaped(link)}</a>`
  }</td></tr>
</table></td></tr></table></body></html>
`
}

const badge = (verdict: string, tone: Tone): string =>
  `<span class="badge-${tone}" style="display:inline-block;padding:3px 10px;border-radius:4px;font-size:13px;line-height:18px;font-weight:700;letter-spacing:.04em;color:#ffffff;background:${LIGHT[tone]};">${escaped(verdict)}</span>`

const commands = (next: readonly string[]): string =>
  `<p class="faint" style="margin:14px 0 4px 0;font-size:13px;line-height:18px;color:${LIGHT.faint};">Next</p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="code" style="padding:8px 12px;border-radius:6px;background:${LIGHT.code};font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px;line-height:21px;"><span class="ink" style="color:${LIGHT.ink};">${next.map(escaped).join('<br>')}</span></td></tr></table>`

function sectionRow(section: Section): string {
  return `<tr><td style="padding:16px 24px 0 24px;${FONT}">
<h2 class="faint" style="margin:0 0 6px 0;font-size:13px;line-height:18px;font-weight:600;color:${LIGHT.faint};">${escaped(section.title)}</h2>
${sectionBody(section)}
</td></tr>`
}

/** A zone may be broken at its slash, and not in the middle of a city. */
const breakable = (value: string): string => escaped(value).replaceAll(/(?<=\S)\/(?=\S)/g, '/<wbr>')

function sectionBody(section: Section): string {
  switch (section.kind) {
    case 'facts':
      return `<table width="100%" cellpadding="0" cellspacing="0" border="0">${section.facts
        .map(
          ({ name, value, tone }) =>
            `<tr><td width="44%" valign="top" class="ink line" style="padding:5px 12px 5px 0;border-top:1px solid ${LIGHT.line};font-size:14px;line-height:20px;color:${LIGHT.ink};">${escaped(name)}</td><td align="right" valign="top" class="${tone === 'plain' ? 'ink' : `tone-${tone}`} line" style="padding:5px 0;border-top:1px solid ${LIGHT.line};font-size:14px;line-height:20px;font-weight:600;color:${tone === 'plain' ? LIGHT.ink : LIGHT[tone]};">${breakable(value)}</td></tr>`,
        )
        .join('')}</table>`
    case 'list':
      return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${section.items
        .map(
          (item) =>
            `<tr><td width="20" valign="top" class="tone-warning" style="padding:3px 0;font-size:14px;line-height:20px;font-weight:700;color:${LIGHT.warning};">!</td><td class="ink" style="padding:3px 0;font-size:14px;line-height:20px;color:${LIGHT.ink};">${escaped(item)}</td></tr>`,
        )
        .join('')}</table>`
    case 'bars':
      return chartOf(section)
  }
}
