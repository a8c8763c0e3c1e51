import { createStore, useStore } from '../parts/store'

export type Look = 'system' | 'light' | 'dark'

const key = 'stillpoint-look'
const system = window.matchMedia('(prefers-color-scheme: dark)')

function kept(): Look {
  const value = window.localStorage.getItem(key)
  return value === 'light' || value === 'dark' ? value : 'system'
}

export const look = createStore<Look>(kept())
system.addEventListener('change', () => look.set(look.get()))

export function choose(value: Look): void {
  if (value === 'system') window.localStorage.removeItem(key)
  else window.localStorage.setItem(key, value)
  look.set(value)
}

const dark = createStore(false)
const settle = () => {
  const value = look.get() === 'dark' || (look.get() === 'system' && system.matches)
  document.documentElement.style.colorScheme = value ? 'dark' : 'light'
  dark.set(value)
}
look.listen(settle)
settle()

export function useDark(): boolean {
  return useStore(dark)
}
