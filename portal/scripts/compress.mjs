// A .br beside every file that shrinks by it: the service sends it as it lies, and needs no compressor.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const out = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'artifacts', 'portal')
for (const file of readdirSync(out, { recursive: true, withFileTypes: true })) {
  if (!file.isFile() || !/\.(js|css|html|svg)$/.test(file.name)) continue
  const path = join(file.parentPath, file.name)
  const bytes = readFileSync(path)
  const small = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
  if (small.length < bytes.length) writeFileSync(path + '.br', small)
}
