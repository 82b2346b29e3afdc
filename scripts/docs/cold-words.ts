/** What each field of the section `cold` means. */
import { reference } from './markdown.ts'
import type { FieldWords } from './policy-words.ts'

export const COLD_WORDS: Readonly<Record<string, FieldWords>> = {
  cold: {
    default: 'nowhere',
    meaning: 'Where cold files lie, a folder or a bucket: [keep and destroy](../how-to/keep-and-destroy.md).',
  },
  'cold.directory': { meaning: 'The folder; it may be on another disk, and must not lead upwards with `..`.' },
  'cold.s3': { meaning: 'The bucket of an S3-compatible store, in place of a folder.' },
  'cold.s3.bucket': { meaning: 'Its name.' },
  'cold.s3.endpoint': { type: 'address', default: "Amazon's", meaning: 'Address of the server.' },
  'cold.s3.region': { meaning: 'The region, as the server wants it.' },
  'cold.s3.prefix': { meaning: 'Stands before every path, without a slash at its end.' },
  'cold.s3.accessKeyId': { meaning: `As ${reference('S3_KEY_ID')}.` },
  'cold.s3.secretAccessKey': { meaning: `As ${reference('S3_SECRET')}.` },
  'cold.s3.lock': {
    default: 'none',
    meaning: 'Object Lock on every file that is written: until then nobody removes it. The bucket must have it.',
  },
  'cold.s3.lock.mode': {
    meaning: '`governance`: who has a right of its own may lift it. `compliance`: nobody may, not even the owner.',
  },
  'cold.s3.lock.days': { meaning: 'For how long, from the moment of writing.' },
  'cold.contacts': {
    default: 'none: no contact is kept',
    meaning: 'Secrets under which contacts of purged customers are kept, as HMAC-SHA-256, so that `show` finds them.',
  },
  'cold.contacts.current': { meaning: 'Which of `keys` is for those who are purged from now on.' },
  'cold.contacts.keys': {
    type: 'names and keys',
    meaning: `Every secret that some purged customer's contacts are kept under: 32 bytes in base64, as ${reference('file:/run/secrets/contacts-2026')}.`,
  },
  'cold.encryption': { default: 'none: files are plain', meaning: 'AES-256-GCM over every Parquet file.' },
  'cold.encryption.current': { meaning: 'Which of `keys` encrypts new files.' },
  'cold.encryption.keys': {
    type: 'names and keys',
    meaning: `Every key that some file needs, by a name of yours: 32 bytes in base64, as ${reference('file:/run/secrets/cold-2026')}.`,
  },
}
