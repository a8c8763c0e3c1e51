import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { may, session } from '../api/client'
import { Page, Section } from '../parts/States'
import { useStore } from '../parts/store'
import { time } from '../parts/format'
import { LookAndLanguage } from '../app/Shell'
import { Password } from './settings/Password'
import { SecondFactor } from './settings/SecondFactor'
import { Tokens } from './settings/Tokens'
import { roleName } from './settings/roles'
import { Users } from './settings/Users'

export default function Settings(): ReactElement | null {
  const { t } = useTranslation()
  const state = useStore(session)
  if (state.kind !== 'open') return null
  const me = state.session
  return (
    <Page title={t('page.settings')}>
      <div className="two">
        <Section title={t('settings.me')}>
          <dl>
            <dt>{t('sign-in.name')}</dt><dd>{me.name}</dd>
            <dt>{t('settings.role')}</dt><dd>{roleName(t, me.role)}</dd>
            <dt>{t('settings.vms')}</dt><dd>{me.vms === null ? t('settings.all-vms') : me.vms.join(', ')}</dd>
            {me.expires ? <><dt>{t('settings.session-until')}</dt><dd>{time(me.expires)}</dd></> : null}
          </dl>
        </Section>
        <Section title={t('settings.look-and-language')}><div className="inline"><LookAndLanguage /></div></Section>
        <Password />
        <SecondFactor session={me} />
      </div>
      <Tokens />
      {may('admin', true) ? <Users /> : null}
    </Page>
  )
}
