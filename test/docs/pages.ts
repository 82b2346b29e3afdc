/** The documentation as text: pages with what can be checked in them. Code is told from prose, links from both. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Page = Readonly<{ path: string; text: string }>
export type Block = Readonly<{ language: string; text: string }>

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** README, CONTRIBUTING and everything below docs/; paths are relative to the project. */
export function readPages(): readonly Page[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => join('docs', path))
  return ['README.md', 'CONTRIBUTING.md', ...below]
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

export const isThere = (path: string): boolean => existsSync(join(ROOT, path))

/** Fenced blocks, with the language that stands behind the fence. */
export const blocksOf = ({ text }: Pick<Page, 'text'>): readonly Block[] =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', inner = '']) => ({ language, text: inner }))

/** The page without its fenced blocks. */
const proseOf = ({ text }: Pick<Page, 'text'>): string => text.replaceAll(/^```\w*\n[\s\S]*?^```$/gm, '')

/** Texts between backticks in the prose. */
export const inlineCodeOf = (page: Pick<Page, 'text'>): readonly string[] =>
  [...proseOf(page).matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

/** The anchors that headings make, as GitHub writes them. */
export const anchorsOf = (page: Pick<Page, 'text'>): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  )

/** Links that lead nowhere, as `page -> target`. Addresses of the web are not followed. */
export function deadLinks(pages: readonly Page[], exists: (path: string) => boolean): readonly string[] {
  const known = new Map(pages.map((page) => [page.path, page]))
  return pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file = '', anchor] = target.split('#')
        const path = file === '' ? page.path : relative('.', normalize(join(dirname(page.path), file)))
        if (!exists(path)) return true
        const aim = known.get(path)
        return anchor !== undefined && aim !== undefined && !anchorsOf(aim).includes(anchor)
      })
      .map((target) => `${page.path} -> ${target}`),
  )
}

/** Lines of prose that are longer than `width`; tables, code and generated pages may be. */
export const longLines = (page: Page, width: number): readonly string[] =>
  page.text.includes('Made by `npm run docs`')
    ? []
    : proseOf(page)
        .split('\n')
        .filter((line) => line.length > width && !line.startsWith('|') && !line.startsWith('!'))
        .map((line) => `${page.path}: ${line.slice(0, 60)}...`)
