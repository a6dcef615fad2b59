# Every visible text. The other languages have the same keys, which a test checks.

## Around every page
layout-product = Anteroom
layout-purpose = Test system. Please enter no real patient data.
layout-at = You are at
layout-realm = Realm
layout-asked-by = Requested by
layout-returns-to = Returns to
layout-signed-in-as = Signed in as

## Signing in
sign-in-title = Sign in
sign-in-for-client = { $client } asks you to sign in.
sign-in-for-account = See who has access to your data, and where you are signed in.
sign-in-personas = Continue as
sign-in-personas-explained = Test patients. One click signs you in, no password needed.
sign-in-with-password = With user name and password
sign-in-username = User name
sign-in-password = Password
sign-in-submit = Sign in
sign-in-wrong = User name and password do not match. Please check both and try again.
sign-in-unknown-persona = This test patient is not offered here any more. Please choose another one.
sign-in-scripted = Users with scripted behaviour
sign-in-scripted-explained = With each of these users, your client meets the situation described below the name. The user name also works as login_hint.
sign-in-locked = This account is locked. You cannot sign in with it at the moment.
sign-in-password-expired = The password of this account has expired. It must be changed before you can sign in.
sign-in-throttled = { $count ->
    [one] Too many attempts. Please wait one second, then try again.
   *[other] Too many attempts. Please wait { $count } seconds, then try again.
  }
sign-in-cancel = Back to { $client } without signing in

## Consent
consent-asks = { $client } asks for access
consent-would-be-able = If you allow it, the application can:
consent-new = new
consent-known = You have already allowed everything that is not marked as new.
consent-again = You have already allowed all of this. The application asks you to confirm it.
consent-person = You are signed in as { $person }.
consent-not-you = Not you? Sign in as someone else
consent-destination = Your answer goes to { $host }. You can withdraw it at any time in { $account }.
consent-account-link = your account
consent-policy = Privacy policy of the application
consent-terms = Terms of the application
consent-allow = Allow
consent-deny = Deny

## What scopes mean
scope-openid = Recognise you when you come back
scope-profile = See your profile, such as name, birth date and gender
scope-email = See your e-mail address
scope-address = See your postal address
scope-phone = See your phone number
scope-offline-access = Keep this access while you are away
scope-profile-read = Read your patient profile, including your insurance
scope-appointment-read = See your appointments and free times
scope-appointment-write = Book, move and cancel appointments for you
scope-appointment-guest-lookup = Look up free times for people without an account
scope-appointment-guest-write = Book appointments for people without an account
scope-basic = See basic information about your account
scope-unknown = Use “{ $scope }”

## The account
account-title = Your account
account-username = User name
account-email = E-mail
account-sign-out = Sign out
account-consents = Applications with access
account-consents-explained = What you have allowed. Withdrawing ends the access at once.
account-no-consents = No application has access to your data.
account-allowed-since = Allowed since { $moment }
account-withdraw = Withdraw
account-withdraw-from = Withdraw the access of { $client }
account-withdrawn = { $client } no longer has access.
account-sessions = Where you are signed in
account-sessions-explained = Each browser you signed in with. Ending a session leaves what you have allowed as it is.
account-this-session = This browser
account-other-session = Another browser
account-since = Since { $moment }
account-end = End
account-end-from = End the session since { $moment }
account-session-ended = The session has ended.

## Signing out
logout-title = Sign out
logout-question = Do you want to sign out?
logout-explained = You will be signed out of this browser. Applications keep the access you have allowed them; you can withdraw it in { $account }.
logout-account-link = your account
logout-submit = Sign out
logout-stay = Stay signed in
signed-out-title = Signed out
signed-out-explained = You are signed out of this browser. You can close this window.
signed-out-again = Sign in again

## Sending the response to the client
form-post-title = Back to the application
form-post-explained = We are taking you back to { $host }. If nothing happens, press the button.
form-post-submit = Continue

## The video consultation
video-title = Video consultation
video-explained = The video call would begin here. There is no real call in this test system.
video-practice = Practice
video-appointment = Appointment
video-begins = Begins
video-leave = You can close this window at any time. This does not change the appointment.

## Comment forms: what is wrong with an answer, after the name of the field
comment-form-missing = can't be blank
comment-form-invalid = is invalid
comment-form-not-a-choice = is not included in the list
comment-form-not-past = must be in the past
comment-form-not-future = must be in the future
comment-form-too-long = is too long

## Messages about appointments
reminder-message-subject = Reminder: { $appointment } on { $booked }
reminder-message-body =
    Hello,

    you have an appointment at { $practice }: “{ $appointment }” on { $booked }.

    If you cannot come, please cancel or move the appointment in the patient portal, so that another patient can use the time.
reminder-message-why = You receive this e-mail because you have an appointment.

asap-message-subject = An earlier appointment is free: { $appointment }
asap-message-body =
    Hello,

    an earlier time for “{ $appointment }” at { $practice } has become free: { $earlier }.
    Your appointment is on { $booked }.

    If you want the earlier time, move your appointment in the patient portal. The time is not reserved for you. If you do nothing, your appointment does not change.
asap-message-why = You receive this e-mail because you asked to be notified of earlier times.

## VSee Clinic
vsee-portal = Portal
vsee-navigation = Navigation
vsee-nav-room = Waiting room
vsee-nav-dashboard = Dashboard
vsee-open-visit = Open
vsee-accept = Accept
vsee-kind-walk-in = Walk-in visit
vsee-kind-appointment = Appointment
vsee-kind-e-consult = E-consult
vsee-status-waiting = Waiting
vsee-status-in-progress = In progress
vsee-status-completed = Completed
vsee-status-cancelled = Cancelled
vsee-visit-kind = Visit
vsee-visit-status = Status
vsee-visit-room = Room
vsee-visit-provider = Provider
vsee-visit-patient = Patient
vsee-visit-begins = Begins
vsee-visit-reason = Reason
vsee-video-title = Video visit
vsee-video-explained = Call and chat would be here. This test system only stores the status of the visit; there is no video and no sound.
vsee-video-start = Start the visit
vsee-video-leave = Leave without starting
vsee-video-cancel = Cancel the appointment
vsee-video-end = End the visit
vsee-video-over = This visit is over.
vsee-join-title = You are invited to a visit
vsee-join-explained = You can join as a guest; no account is needed.
vsee-appointment-title = Your appointment
vsee-appointment-early = You can start it from { $moment }.
vsee-appointment-open = You can start it now. This link works only once.
vsee-appointment-used = This link has already been used to start the appointment. Please continue in the browser in which you started it.
vsee-dashboard-title = Dashboard
vsee-dashboard-no-rooms = You are not assigned to any room yet.
vsee-dashboard-visits = Visits
vsee-dashboard-no-visits = Nobody is waiting.
vsee-dashboard-e-consults = E-consults to accept
vsee-dashboard-no-e-consults = There are no e-consults to accept.
vsee-room-visits = Your visits
vsee-room-no-visits = You have no visits here.
vsee-room-intakes = Forms you have filled in
vsee-room-no-reason = No reason given
vsee-room-walk-in = Enter now
vsee-room-pick-time = Pick a time
vsee-schedule-title = Pick a time
vsee-schedule-no-times = There are no free times in the next two weeks.
vsee-schedule-later = Later times
vsee-message-subject = Your appointment with { $provider }: { $begins }
vsee-schedule-length = { $count ->
    [one] It takes one minute.
   *[other] It takes { $count } minutes.
  }
vsee-message-body =
    Hello { $patient },

    your appointment with { $provider } is booked: { $begins }.

    You can start it here, from 15 minutes before its time:
    { $link }

## When something is wrong
error-invalid-request-title = Invalid request
error-invalid-request-meaning = The application that sent you here made a request that this server cannot process.
error-unknown-client-title = Unknown application
error-unknown-client-meaning = The application that sent you here is not registered with this server.
error-redirect-uri-title = Redirect URI not registered
error-redirect-uri-meaning = The application expects the response at an address that is not registered for it. For your protection, nothing was sent there.
error-request-gone-title = This sign-in has expired
error-request-gone-meaning = It took too long, or the link is incomplete.
error-request-answered-title = This sign-in is already complete
error-request-answered-meaning = The application has already received the response. It is sent only once.
error-again = Start this sign-in again
error-request-foreign-title = This sign-in belongs to another session
error-request-foreign-meaning = It was started in another browser, or you have signed out since then.
error-forged-form-title = Form from another website
error-forged-form-meaning = Another website tried to send a form in your name, or your browser did not say where the form came from. Nothing was changed.
error-not-found-title = Page not found
error-not-found-meaning = There is no page at this address. The address may be misspelt, or the page was removed.
error-method-title = Method not allowed
error-method-meaning = The address exists, but it does not accept this kind of request.
error-unauthorized-title = Sign-in required
error-unauthorized-meaning = Your sign-in link is missing or has expired.
error-forbidden-title = Access denied
error-forbidden-meaning = The server has refused the request.
error-too-many-title = Too many requests
error-too-many-meaning = The server cannot process more requests at the moment.
error-failure-title = Something went wrong
error-failure-meaning = The server had an unexpected error, which was logged. You did nothing wrong.
error-next = What you can do
error-next-start-again = Go back to the application and start again.
error-next-tell-developers = Go back to the application. If this happens again, show this page to its developers.
error-next-check-address = Check the address, or go back to the previous page.
error-next-form-again = Go back, reload the page and send the form from there.
error-next-wait = Please wait a minute and try again.
error-next-later = Try again. If it happens again, see the server's log.
error-details = For developers
error-code = Error
error-description = What is wrong
error-expected = Expected
error-received = Received
error-section = Specification
error-status = Status

## Moments in time
moment = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
  } { $year }, { $time }

## An exchange in the journal
exchange-client = Client
exchange-user = User
exchange-fix = How to fix it
exchange-reason = Why it was refused
exchange-rule = Rule
exchange-challenge = code_challenge of the authorization request
exchange-verifier = Hash of the received code_verifier
exchange-expired = Expired at
exchange-now = Realm's clock
exchange-late = Late by
exchange-difference = Difference
exchange-request = Request
exchange-response = Response
exchange-body-cut = Only the beginning is stored; the body had { $bytes } bytes.
exchange-body-left-out = The journal does not store content of this type; it had { $bytes } bytes.
exchange-jwt = Signed token in { $place }
exchange-flow = Flow
exchange-again = Replay with curl
exchange-again-explained = Secrets are not stored. Set the variables of the command before you run it.
exchange-details = Details
exchange-at = Received at
exchange-took = Duration
exchange-id = Exchange
exchange-fault = Fault

## mediQuo: messages with activation codes
mediquo-code-subject = Your activation code for { $organization }
mediquo-code-body = Hello { $name },

    { $organization } invites you to talk to a doctor online. Your activation code: { $code }
mediquo-code-message = { $name }, your activation code for { $organization } is { $code }

## mediQuo: the widget
mediquo-widget-title = Talk to a professional
mediquo-widget-patient = Signed in as { $name } ({ $code }).
mediquo-widget-professionals = Professionals
mediquo-widget-online = online
mediquo-widget-offline = offline
mediquo-widget-open = Open
mediquo-widget-open-with = Open the room of { $name }
mediquo-widget-messages = Messages
mediquo-widget-no-messages = You have no messages yet.
mediquo-widget-to-list = Back to the list
mediquo-widget-appointments = Upcoming appointments
mediquo-widget-no-appointments = You have no upcoming appointments.
mediquo-widget-join = Join the call
mediquo-widget-redeem = Activation code
mediquo-widget-code = Code
mediquo-widget-redeem-now = Redeem
mediquo-widget-redeemed = The code has been redeemed.
mediquo-refused-title = The widget cannot be shown
mediquo-refused-api-key = The API key is unknown.
mediquo-refused-invalid = The access token is not valid for this organization.
mediquo-refused-expired = The access token has expired.
mediquo-refused-logged-out = The access token has been revoked by a logout.
mediquo-refused-patient = The patient of the access token does not exist.
mediquo-refused-registration = The registration was refused.
mediquo-refused-fix = Request a new access token each time the widget is shown.
mediquo-registration-title = Before we begin
mediquo-registration-explained = Please enter your details for the professional. The session is temporary.
mediquo-registration-first-name = First name
mediquo-registration-last-name = Last name
mediquo-registration-gender = Gender
mediquo-registration-female = Female
mediquo-registration-male = Male
mediquo-registration-birthdate = Date of birth
mediquo-registration-tax-id = Tax number
mediquo-registration-postal-code = Postal code
mediquo-registration-begin = Begin
mediquo-native-explained = In an app, these buttons send a message to the app that shows this page.
mediquo-native-close = Close
mediquo-native-download = Download

## mediQuo: an appointment's call, and the demo
mediquo-join-title = Video call
mediquo-join-explained = The video call would begin here. There is no real call in this test system.
mediquo-join-moves = This link stops working when the appointment is moved or cancelled.
mediquo-join-professional = Professional
mediquo-join-appointment = Appointment
mediquo-join-begins = Begins
mediquo-demo-title = The widget on a customer's website
mediquo-demo-explained = This page does what a customer's server does: it has requested an access token, and passes it to the widget together with the API key.
mediquo-demo-organization = Organization
mediquo-demo-patient = Patient
mediquo-demo-patients = Show it for
mediquo-demo-nobody = no patient: the widget shows a registration form
mediquo-demo-methods = Methods
mediquo-demo-events = Events
