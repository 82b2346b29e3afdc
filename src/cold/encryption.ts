/**
 * AES-256-GCM over whole files: 12 random bytes, the ciphertext, 16 bytes of proof. The file's path is part of what is
 * proven, so that one file cannot stand in for another. Bytes are written as they are decrypted, and count for nothing
 * before the proof at the end is found right.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { MothballError } from '../core/errors/index.ts'
import { isDeskFull } from './desk-error.ts'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

export type FileKey = Readonly<{ id: string; key: Buffer }>

export async function encryptFile(from: string, to: string, { key }: FileKey, path: string): Promise<void> {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(path))
  const target = createWriteStream(to, { mode: 0o600 })
  target.write(iv)
  await pipeline(createReadStream(from), cipher, target)
  await using file = await open(to, 'a')
  await file.write(cipher.getAuthTag())
}

/** Throws `cold_file_differs` where the bytes, the key or the path is another one. */
export async function decryptFile(from: string, to: string, { key }: FileKey, path: string): Promise<void> {
  const { iv, tag, end } = await frameOf(from, path)
  const decipher = createDecipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(path)).setAuthTag(tag)
  try {
    await pipeline(createReadStream(from, { start: IV_BYTES, end }), decipher, createWriteStream(to, { mode: 0o600 }))
  } catch (error) {
    if (isDeskFull(error)) throw error
    throw new MothballError('cold_file_differs', { file: path, problem: 'it was not encrypted so' }, { cause: error })
  }
}

async function frameOf(from: string, file: string) {
  await using handle = await open(from)
  const { size } = await handle.stat()
  if (size <= IV_BYTES + TAG_BYTES) throw new MothballError('cold_file_differs', { file, problem: 'it is too short' })
  const iv = Buffer.alloc(IV_BYTES)
  const tag = Buffer.alloc(TAG_BYTES)
  await handle.read(iv, 0, IV_BYTES, 0)
  await handle.read(tag, 0, TAG_BYTES, size - TAG_BYTES)
  return { iv, tag, end: size - TAG_BYTES - 1 }
}
