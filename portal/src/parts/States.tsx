import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, Spinner } from '@fluentui/react-components'
import { useEffect, type ReactElement, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Asked } from '../api/useAsk'
import { Problem, Unreachable } from '../api/problem'
import { FailureText } from './Failure'

/** The heading of a page, its title in the window, and what can be done on it. */
export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }): ReactElement {
  useEffect(() => {
    document.title = `${title} - Stillpoint`
  }, [title])
  return (
    <div className="page">
      <div className="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {actions ? <div className="actions">{actions}</div> : null}
      </div>
      {children}
    </div>
  )
}

export function Section({ title, children, actions, id }: { title: string; children: ReactNode; actions?: ReactNode; id?: string }): ReactElement {
  return (
    <section className="card" aria-label={title} id={id}>
      <div className="card-head">
        <h2>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  )
}

export function Loading(): ReactElement {
  const { t } = useTranslation()
  return <Spinner className="loading" label={t('state.loading')} />
}

export function Empty({ children }: { children: ReactNode }): ReactElement {
  return <p className="empty">{children}</p>
}

export function ErrorBar({ error, onRetry }: { error: Error; onRetry?: () => void }): ReactElement | null {
  const { t } = useTranslation()
  // Unreachable is told once for the whole portal, with the time since when.
  if (error instanceof Unreachable) return null
  return (
    <MessageBar intent="error" layout="multiline" className="bar">
      <MessageBarBody>
        <MessageBarTitle>{t('state.error')}</MessageBarTitle>
        {error instanceof Problem && error.message ? <FailureText failure={error.toFailure()} /> : t('state.unexpected', { detail: error.message })}
      </MessageBarBody>
      {onRetry ? <MessageBarActions><Button onClick={onRetry}>{t('action.try-again')}</Button></MessageBarActions> : null}
    </MessageBar>
  )
}

/** Loading, error, or what came; with an error beside older data, both. */
export function Answer<T>({ asked, children }: { asked: Asked<T>; children: (data: T) => ReactNode }): ReactElement {
  return (
    <>
      {asked.error ? <ErrorBar error={asked.error} onRetry={asked.reload} /> : null}
      {asked.data !== undefined ? children(asked.data) : asked.loading ? <Loading /> : null}
    </>
  )
}
