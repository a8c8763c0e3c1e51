import { Button, FluentProvider, MessageBar, MessageBarBody, webDarkTheme, webLightTheme } from '@fluentui/react-components'
import { useEffect, useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { openSession, session } from '../api/client'
import { listenLive } from '../api/live'
import { answered, reach, silent } from '../api/reach'
import { useStore } from '../parts/store'
import { time } from '../parts/format'
import { Loading } from '../parts/States'
import { SetUp } from '../pages/SetUp'
import { SignIn } from '../pages/SignIn'
import { useDark } from './look'
import { usePlace } from './router'
import { Shell } from './Shell'

export function App(): ReactElement {
  const dark = useDark()
  return (
    <FluentProvider theme={dark ? webDarkTheme : webLightTheme} className="root">
      <Offline />
      <Door />
    </FluentProvider>
  )
}

/** Whoever is signed in sees the portal; else the door. The address stays, so that signing in leads where one wanted to go. */
function Door(): ReactElement {
  const state = useStore(session)
  const { path } = usePlace()
  const away = useStore(reach) !== null
  const open = state.kind === 'open'
  useEffect(() => {
    if (state.kind === 'unknown' && !away) void openSession()
  }, [state.kind, away])
  useEffect(() => (open ? listenLive() : undefined), [open])
  if (state.kind === 'unknown') return <Loading />
  if (state.kind === 'none') return path === '/set-up' ? <SetUp /> : <SignIn expired={state.expired} />
  return <Shell session={state.session} />
}

/** Told once, with the time since when; asks every three seconds whether the service is back. */
function Offline(): ReactElement | null {
  const { t } = useTranslation()
  const since = useStore(reach)
  const [asking, setAsking] = useState(false)
  const look = async () => {
    setAsking(true)
    try {
      await fetch('/health/live', { cache: 'no-store' })
      answered()
    } catch {
      silent()
    }
    setAsking(false)
  }
  useEffect(() => {
    if (since === null) return undefined
    const timer = window.setInterval(() => void look(), 3000)
    return () => window.clearInterval(timer)
  }, [since])
  if (since === null) return null
  return (
    <MessageBar intent="warning" className="bar" layout="multiline">
      <MessageBarBody>
        {t('state.offline', { time: time(since) })} <Button size="small" disabled={asking} onClick={() => void look()}>{t('action.try-again')}</Button>
      </MessageBarBody>
    </MessageBar>
  )
}
