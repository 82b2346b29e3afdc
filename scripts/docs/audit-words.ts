/** What each field of the section `audit` means. */
import { reference } from './markdown.ts'
import type { FieldWords } from './policy-words.ts'

export const AUDIT_WORDS: Readonly<Record<string, FieldWords>> = {
  audit: { default: 'none', meaning: 'Of the audit log: [keep the audit log](../how-to/keep-the-audit-log.md).' },
  'audit.heads': {
    default: 'beside the cold files',
    meaning:
      'Folder into which a service, once a day, and `mothball audit publish` note heads, and against which `audit verify` holds the log.',
  },
  'audit.signing': { default: 'none: nothing is pruned', meaning: 'The key that signs what pruning leaves.' },
  'audit.signing.keyId': { meaning: 'A name of yours for it, which stands in every checkpoint.' },
  'audit.signing.privateKey': {
    meaning: `Ed25519 in PEM, as ${reference('file:/run/secrets/audit-2026.pem')}.`,
  },
  'audit.publicKeys': {
    type: 'names and keys',
    default: 'the public half of `signing`',
    meaning: 'Public keys of earlier checkpoints, in PEM, by their names.',
  },
}
