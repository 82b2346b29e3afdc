/**
 * The files that `npm run build` made, as a running service has them: a build that is newer is seen with the next page,
 * a missing one is said; what a page that was opened before still asks for stays. What is no file of a build is never
 * looked for on the disk.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { MothballError } from '../core/errors/index.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

type Bytes = Buffer<ArrayBuffer>

export type Asset = Readonly<{ type: string; plain: Bytes; gzipped: Bytes }>

export type DashboardFiles = Readonly<{
  /** The HTML of every page. Throws `dashboard_missing`. */
  page(): string
  /** Null for what no build has had. Throws `dashboard_missing` where none was seen yet. */
  asset(name: string): Asset | null
}>

export function dashboardFiles(folder: string): DashboardFiles {
  const assets = new Map<string, Asset>()
  let seen: string | null = null
  const page = (): string => {
    const path = join(folder, 'index.html')
    if (!existsSync(path)) throw new MothballError('dashboard_missing')
    const html = readFileSync(path, 'utf8')
    if (html !== seen) readInto(assets, join(folder, 'assets'))
    seen = html
    return html
  }
  const asset = (name: string): Asset | null => {
    if (seen === null) page()
    return assets.get(name) ?? null
  }
  return { page, asset }
}

/** A name carries its content's hash: one that is known is not read again. */
function readInto(assets: Map<string, Asset>, folder: string): void {
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)]
    if (type === undefined || assets.has(name)) continue
    const plain = readFileSync(join(folder, name))
    assets.set(name, { type, plain, gzipped: gzipSync(plain) })
  }
}
