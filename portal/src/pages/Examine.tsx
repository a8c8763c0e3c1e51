import { Button } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client'
import { PageLink } from '../app/router'
import type { LiveDiagnosisView } from '../generated/api'
import { ErrorBar, Section } from '../parts/States'
import { Found } from './Diagnosis'
import { FactRows } from './Facts'

/** The doctor at a VM as it is now. It takes some seconds, and changes nothing. */
export function Examine({ vm }: { vm: string }): ReactElement {
  const { t } = useTranslation()
  const [found, setFound] = useState<LiveDiagnosisView>()
  const [error, setError] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const look = async () => {
    setBusy(true)
    setError(undefined)
    try {
      setFound(await ask('examineVm', { vm }))
    } catch (e) {
      setError(e as Error)
    }
    setBusy(false)
  }
  return (
    <Section title={t('examine.title')} actions={<Button disabled={busy} onClick={() => void look()}>{t('examine.go')}</Button>}>
      <p className="quiet">{t('examine.about')}</p>
      <div role="status">
        {busy ? <p>{t('examine.looking')}</p> : null}
        {error ? <ErrorBar error={error} /> : null}
        {found ? (
          <>
            <Found diagnosis={found.diagnosis} />
            {found.earlierJob ? <p><PageLink href={`/jobs/${found.earlierJob}`}>{t('examine.earlier')}</PageLink></p> : null}
            {found.facts.length > 0 ? <details><summary>{t('job.facts')}</summary><FactRows facts={found.facts} /></details> : null}
          </>
        ) : null}
      </div>
    </Section>
  )
}
