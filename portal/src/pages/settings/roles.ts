export const roles = ['reader', 'operator', 'admin'] as const

type Translate = (key: string) => string

export function roleName(t: Translate, role: string): string {
  switch (role) {
    case 'reader': return t('role.reader')
    case 'operator': return t('role.operator')
    case 'admin': return t('role.admin')
    default: return role
  }
}

/** Patterns as they are typed: with commas between them; nothing means all VMs. */
export function patternsOf(text: string): string[] | null {
  const found = text.split(',').map(p => p.trim()).filter(p => p !== '')
  return found.length === 0 ? null : found
}
