/**
 * Cold files in a folder. Each is written beside its place, flushed, and linked to its name, which fails where the
 * name is taken; then its folders are flushed, so that a power cut leaves the whole file or none. Symbolic links
 * inside the folder are not followed.
 */
import { randomBytes } from 'node:crypto'
import { constants, type Dirent } from 'node:fs'
import { copyFile, link, lstat, mkdir, open, readdir, unlink } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { FileBoundary } from './boundary.ts'
import { isDeskFull } from './desk-error.ts'
import { type ColdStore, codeOf, failed, missing, requirePath } from './store.ts'

/** Files under this ending were never finished. */
const UNFINISHED = '.unfinished'

export function directoryStore(folder: string, reached: FileBoundary): ColdStore {
  const root = resolve(folder)
  const name = `directory ${folder}`
  const placeOf = async (path: string) => {
    requirePath(name, path)
    await requireNoLinks(name, root, path)
    return join(root, ...path.split('/'))
  }
  return {
    name,
    put: async (path, localFile) => {
      const place = await placeOf(path)
      await write(root, place, localFile, reached).catch((error: unknown) => {
        throw failed(name, codeOf(error) === 'EEXIST' ? `${path} is taken` : codeOf(error), error)
      })
    },
    get: async (path, localFile) => {
      await copyFile(await placeOf(path), localFile).catch((error: unknown) => {
        if (isDeskFull(error)) throw error
        throw codeOf(error) === 'ENOENT' ? missing(path) : failed(name, codeOf(error), error)
      })
    },
    list: async () => {
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return []
        throw failed(name, codeOf(error), error)
      })
      return entries.filter((entry) => entry.isFile()).map((entry) => pathOf(root, entry))
    },
    remove: async (path) => {
      const place = await placeOf(path)
      await remove(place).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw failed(name, codeOf(error), error)
      })
    },
  }
}

const pathOf = (root: string, entry: Dirent): string =>
  relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')

async function write(root: string, place: string, localFile: string, reached: FileBoundary): Promise<void> {
  const folder = dirname(place)
  const stood = await makeFolder(folder)
  // Processes in containers have the same numbers, and two of them may write one name at the same moment.
  const unfinished = `${place}.${randomBytes(6).toString('hex')}${UNFINISHED}`
  await copyFile(localFile, unfinished, constants.COPYFILE_FICLONE)
  try {
    await name(unfinished, place, reached)
  } finally {
    await unlink(unfinished)
  }
  await flushUpTo(root.startsWith(stood) ? stood : root, folder)
  await reached('folder-flushed')
}

/** With all above it; returns the lowest that stood before. Node's own way calls a read-only disk a missing folder. */
async function makeFolder(folder: string): Promise<string> {
  const problem = await mkdir(folder, { mode: 0o700 }).then(
    () => null,
    (error: unknown) => error,
  )
  if (problem === null) return dirname(folder)
  if (codeOf(problem) === 'EEXIST') return folder
  if (codeOf(problem) !== 'ENOENT') throw problem
  const stood = await makeFolder(dirname(folder))
  // Another process may have made it meanwhile.
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })
  return stood
}

/** A new name is durable once its folder is, and a new folder (the root may be one) once the one above it is. */
async function flushUpTo(top: string, folder: string): Promise<void> {
  await flush(folder)
  if (folder !== top) await flushUpTo(top, dirname(folder))
}

async function remove(place: string): Promise<void> {
  await unlink(place)
  await flush(dirname(place))
}

/** A link fails where the name is taken; a rename would replace the file. */
async function name(unfinished: string, place: string, reached: FileBoundary): Promise<void> {
  await reached('file-written')
  await flush(unfinished)
  await reached('file-flushed')
  await link(unfinished, place)
  await reached('file-named')
}

async function flush(path: string): Promise<void> {
  await using file = await open(path, constants.O_RDONLY)
  await file.sync()
}

async function requireNoLinks(name: string, root: string, path: string): Promise<void> {
  let at = root
  for (const part of path.split('/')) {
    at = join(at, part)
    const found = await lstat(at).catch(() => null)
    if (found?.isSymbolicLink()) throw failed(name, `${relative(root, at)} is a symbolic link`)
  }
}
