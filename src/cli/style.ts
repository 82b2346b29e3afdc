/** Colour that carries no meaning of its own: every line says the same without it. */
import { styleText } from 'node:util'

export type Style = Readonly<{
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
  faint(text: string): string
  strong(text: string): string
}>

const plain = (text: string): string => text
export const PLAIN: Style = { good: plain, bad: plain, warn: plain, faint: plain, strong: plain }

const paint =
  (format: Parameters<typeof styleText>[0]) =>
  (text: string): string =>
    styleText(format, text, { validateStream: false })

export const COLOURED: Style = {
  good: paint('green'),
  bad: paint('red'),
  warn: paint('yellow'),
  faint: paint('dim'),
  strong: paint('bold'),
}
