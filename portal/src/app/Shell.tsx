import { Button, Select } from '@fluentui/react-components'
import {
  AlertRegular, BoxRegular, CalendarClockRegular, ClipboardTaskListLtrRegular, DocumentSearchRegular, HistoryRegular, HomeRegular, ServerRegular, SettingsRegular,
  ShieldCheckmarkRegular, StethoscopeRegular,
} from '@fluentui/react-icons'
import { lazy, Suspense, useEffect, useRef, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may, session as sessionStore } from '../api/client'
import type { SessionView } from '../generated/api'
import icon from '../icon.svg'
import { Loading, Page } from '../parts/States'
import { chooseLanguage, languages, type LanguageTag } from '../texts'
import { choose, look, type Look } from './look'
import { follow, PageLink, usePlace } from './router'
import { useStore } from '../parts/store'

const Overview = lazy(() => import('../pages/Overview'))
const Vms = lazy(() => import('../pages/Vms'))
const Vm = lazy(() => import('../pages/Vm'))
const Jobs = lazy(() => import('../pages/Jobs'))
const Job = lazy(() => import('../pages/Job'))
const Policies = lazy(() => import('../pages/Policies'))
const Policy = lazy(() => import('../pages/Policy'))
const Plan = lazy(() => import('../pages/Plan'))
const Alerts = lazy(() => import('../pages/Alerts'))
const Restore = lazy(() => import('../pages/Restore'))
const Doctor = lazy(() => import('../pages/Doctor'))
const Cause = lazy(() => import('../pages/Cause'))
const Vault = lazy(() => import('../pages/Vault'))
const Audit = lazy(() => import('../pages/Audit'))
const Settings = lazy(() => import('../pages/Settings'))

/** Every page has an address; one that is not here says so. */
function pageOf(path: string): ReactElement {
  const [, first, second] = path.split('/').map(decodeURIComponent)
  if (second === undefined || second === '') {
    switch (first) {
      case '': return <Overview />
      case 'vms': return <Vms />
      case 'jobs': return <Jobs />
      case 'policies': return <Policies />
      case 'plan': return <Plan />
      case 'alerts': return <Alerts />
      case 'restore': return <Restore />
      case 'doctor': return <Doctor />
      case 'vault': return <Vault />
      case 'audit': return <Audit />
      case 'settings': return <Settings />
    }
  }
  if (first === 'vms' && second) return <Vm key={second} id={second} />
  if (first === 'jobs' && second) return <Job key={second} id={second} />
  if (first === 'policies' && second) return <Policy key={second} name={second} />
  if (first === 'doctor' && second) return <Cause key={second} id={second} />
  return <NotFound />
}

function NotFound(): ReactElement {
  const { t } = useTranslation()
  return <Page title={t('page.not-found')}><p><PageLink href="/">{t('page.to-overview')}</PageLink></p></Page>
}

export function Shell({ session }: { session: SessionView }): ReactElement {
  const { t } = useTranslation()
  const { path } = usePlace()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  // After a change of page, whoever goes by keyboard or listens begins at its heading.
  useEffect(() => {
    if (first.current) first.current = false
    else main.current?.focus()
  }, [path])
  return (
    <div className="shell">
      <header className="top">
        <a className="skip link" href="#main" onClick={e => { e.preventDefault(); main.current?.focus() }}>{t('page.skip')}</a>
        <a className="brand" href="/" onClick={follow}><img src={icon} alt="" />Stillpoint</a>
        <div className="top-right">
          <LookAndLanguage />
          <span className="quiet who" title={session.name}>{session.name}</span>
          <Button size="small" onClick={() => void signOut()}>{t('sign-in.out')}</Button>
        </div>
      </header>
      <Navigation path={path} />
      <main className="main" id="main" ref={main} tabIndex={-1} style={{ outline: 'none' }}>
        <Suspense fallback={<Loading />}>{pageOf(path)}</Suspense>
      </main>
    </div>
  )
}

function Navigation({ path }: { path: string }): ReactElement {
  const { t } = useTranslation()
  const places: [string, string, ReactElement, boolean][] = [
    ['/', t('page.overview'), <HomeRegular key="i" fontSize={20} />, true],
    ['/vms', t('page.vms'), <ServerRegular key="i" fontSize={20} />, true],
    ['/jobs', t('page.jobs'), <ClipboardTaskListLtrRegular key="i" fontSize={20} />, true],
    ['/alerts', t('page.alerts'), <AlertRegular key="i" fontSize={20} />, true],
    ['/policies', t('page.policies'), <ShieldCheckmarkRegular key="i" fontSize={20} />, true],
    ['/plan', t('page.plan'), <CalendarClockRegular key="i" fontSize={20} />, true],
    ['/restore', t('page.restore'), <HistoryRegular key="i" fontSize={20} />, may('operator')],
    ['/doctor', t('page.doctor'), <StethoscopeRegular key="i" fontSize={20} />, true],
    ['/vault', t('page.vault'), <BoxRegular key="i" fontSize={20} />, may('reader', true)],
    ['/audit', t('page.audit'), <DocumentSearchRegular key="i" fontSize={20} />, may('admin', true)],
    ['/settings', t('page.settings'), <SettingsRegular key="i" fontSize={20} />, true],
  ]
  const here = (to: string) => (to === '/' ? path === '/' : path === to || path.startsWith(to + '/'))
  return (
    <nav className="nav" aria-label={t('page.navigation')}>
      <ul>
        {places.filter(p => p[3]).map(([to, title, sign]) => (
          <li key={to}><a href={to} onClick={follow} aria-current={here(to) ? 'page' : undefined}>{sign}{title}</a></li>
        ))}
      </ul>
    </nav>
  )
}

export function LookAndLanguage(): ReactElement {
  const { t, i18n } = useTranslation()
  const chosen = useStore(look)
  return (
    <>
      <Select size="small" aria-label={t('settings.language')} value={i18n.language} onChange={(_, d) => void chooseLanguage(d.value as LanguageTag)}>
        {Object.entries(languages).map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}
      </Select>
      <Select size="small" aria-label={t('settings.look')} value={chosen} onChange={(_, d) => choose(d.value as Look)}>
        <option value="system">{t('settings.look-system')}</option>
        <option value="light">{t('settings.look-light')}</option>
        <option value="dark">{t('settings.look-dark')}</option>
      </Select>
    </>
  )
}

async function signOut(): Promise<void> {
  try {
    await ask('signOut', {})
  } finally {
    sessionStore.set({ kind: 'none', expired: false })
  }
}
