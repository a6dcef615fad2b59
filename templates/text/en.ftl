# Every sentence a person can see. The other languages have the same keys; a test holds them together.

## The house around every page
layout-house = Anteroom
layout-purpose = Test system. Please enter no real patient data.
layout-at = You are at
layout-realm = Realm
layout-asked-by = Asked by
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
sign-in-eventful = People to whom something happens
sign-in-eventful-explained = Whoever you choose here, your client meets what stands below the name. The user name works as login_hint, too.
sign-in-locked = This account is locked. Signing in with it is not possible at the moment.
sign-in-password-expired = The password of this account has expired. It has to be changed before anybody can sign in with it.
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
consent-again = You have allowed all of this before. The application wants to be sure.
consent-person = You answer as { $person }.
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
scope-basic = See the basics of your account
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
account-withdrawn = { $client } has no access any more.
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

## Handing an answer to the client
form-post-title = Back to the application
form-post-explained = We are taking you back to { $host }. If nothing happens, please press the button.
form-post-submit = Continue

## The video consultation
video-title = Video consultation
video-explained = This is where the call would begin. The test system opens the door, but there is no doctor behind it.
video-practice = Practice
video-appointment = Appointment
video-begins = Begins
video-leave = You can close this window at any time; the appointment stays as it is.

## The portal's comment forms: what is the matter with an answer, after the field's name
comment-form-missing = can't be blank
comment-form-invalid = is invalid
comment-form-not-a-choice = is not included in the list
comment-form-not-past = must be in the past
comment-form-not-future = must be in the future
comment-form-too-long = is too long

## A message to those who wait for an earlier appointment
reminder-message-subject = Reminder: { $appointment } on { $booked }
reminder-message-body =
    Hello,

    you have an appointment at { $practice }: “{ $appointment }” on { $booked }.

    If you cannot come, please cancel or move it in the patient portal, so that somebody else can have the time.
reminder-message-why = You receive this e-mail because you have an appointment.

asap-message-subject = An earlier appointment is free: { $appointment }
asap-message-body =
    Hello,

    an earlier time for “{ $appointment }” at { $practice } has become free: { $earlier }.
    Your appointment is on { $booked }.

    If you want the earlier time, move your appointment in the patient portal. Whoever is first gets it; if you do nothing, everything stays as it is.
asap-message-why = You receive this e-mail because you asked to be told of earlier times.

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
vsee-visit-status = State
vsee-visit-room = Room
vsee-visit-provider = Provider
vsee-visit-patient = Patient
vsee-visit-begins = Begins
vsee-visit-reason = Reason
vsee-video-title = Video visit
vsee-video-explained = A video call and a chat would be here. This test system keeps the state of the visit, but has no video or sound.
vsee-video-start = Start the visit
vsee-video-leave = Leave without starting
vsee-video-cancel = Cancel the appointment
vsee-video-end = End the visit
vsee-video-over = This visit is over.
vsee-join-title = You are invited to a visit
vsee-join-explained = You can join as a guest; no account is needed.
vsee-appointment-title = Your appointment
vsee-appointment-early = You can start it from { $moment }.
vsee-appointment-open = You can start it now. The link starts it only once.
vsee-appointment-used = This link was already used to start the appointment. Please continue in the browser where you started it.
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
error-invalid-request-title = This request cannot work
error-invalid-request-meaning = The application that sent you here asked for something this server cannot answer.
error-unknown-client-title = We do not know this application
error-unknown-client-meaning = The application that sent you here is not registered with this server.
error-redirect-uri-title = We do not know the way back
error-redirect-uri-meaning = The application wants the answer at an address that is not registered for it. To protect you, we send nothing there.
error-request-gone-title = This sign-in has expired
error-request-gone-meaning = It took too long, or the link is incomplete.
error-request-answered-title = This sign-in is already complete
error-request-answered-meaning = The application has had its answer. We do not give it twice.
error-request-foreign-title = This sign-in belongs to another session
error-request-foreign-meaning = It was begun in another browser, or you have signed out since.
error-forged-form-title = This form came from elsewhere
error-forged-form-meaning = Another site tried to send a form in your name, or your browser hid where the form came from. Nothing has been changed.
error-not-found-title = There is nothing here
error-not-found-meaning = The address leads nowhere on this server. It may be misspelt, or the page may have gone.
error-method-title = That is not possible here
error-method-meaning = The address exists, but not for this kind of request.
error-forbidden-title = You may not do this
error-forbidden-meaning = The server understood the request and declines it.
error-too-many-title = Too many attempts
error-too-many-meaning = The server needs a short rest before it listens to you again.
error-failure-title = Something broke on our side
error-failure-meaning = It is not your fault. The server has written down what happened.
error-next = What you can do
error-next-start-again = Go back to the application and start again.
error-next-tell-developers = Go back to the application. If this happens again, show this page to the people who make it.
error-next-check-address = Check the address, or go back to where you came from.
error-next-form-again = Go back, reload the page and send the form from there.
error-next-wait = Wait a minute, then try again.
error-next-later = Try again. If it keeps happening, look into the server's log.
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
exchange-mend = What would mend it
exchange-reason = Why it was refused
exchange-rule = Rule
exchange-challenge = Hash in the authorization request
exchange-verifier = Hash of the verifier that came
exchange-expired = Expired at
exchange-now = The realm's clock
exchange-late = Late by
exchange-difference = Difference
exchange-request = What was asked
exchange-response = What was answered
exchange-body-cut = Only the beginning is kept; { $bytes } bytes passed.
exchange-body-left-out = The journal keeps no text of this type; { $bytes } bytes passed.
exchange-jwt = Signed token in { $place }
exchange-flow = Where it belongs
exchange-again = Ask again
exchange-again-explained = Secrets are not kept. Set the variables that the command names.
exchange-details = About this exchange
exchange-at = Asked at
exchange-took = Took
exchange-id = Exchange
exchange-fault = Fault

## mediQuo: messages with activation codes
mediquo-code-subject = Your activation code for { $organization }
mediquo-code-body = Hello { $name },

    { $organization } invites you to talk to a doctor online. Your activation code: { $code }
mediquo-code-message = { $name }, your activation code for { $organization } is { $code }

## mediQuo: the widget
mediquo-widget-title = Talk to a professional
mediquo-widget-patient = You are { $name } ({ $code }).
mediquo-widget-professionals = Professionals
mediquo-widget-online = online
mediquo-widget-offline = offline
mediquo-widget-open = Open
mediquo-widget-open-with = Open the room of { $name }
mediquo-widget-messages = Messages
mediquo-widget-no-messages = Nobody has written to you yet.
mediquo-widget-to-list = Back to the list
mediquo-widget-appointments = Appointments to come
mediquo-widget-no-appointments = There is nothing to wait for.
mediquo-widget-join = Join the call
mediquo-widget-redeem = Activation code
mediquo-widget-code = Code
mediquo-widget-redeem-now = Redeem
mediquo-widget-redeemed = The code has been redeemed.
mediquo-refused-title = The widget cannot be shown
mediquo-refused-api-key = The API key belongs to no organization.
mediquo-refused-invalid = The access token is not valid for this organization.
mediquo-refused-expired = The access token has expired.
mediquo-refused-logged-out = The access token was logged out.
mediquo-refused-patient = The access token is of a patient who does not exist.
mediquo-refused-registration = The registration could not be accepted.
mediquo-refused-mend = Ask for a new access token each time the widget is shown.
mediquo-registration-title = Before we begin
mediquo-registration-explained = Tell the professional who you are. The session is temporary.
mediquo-registration-first-name = First name
mediquo-registration-last-name = Last name
mediquo-registration-gender = Gender
mediquo-registration-female = Female
mediquo-registration-male = Male
mediquo-registration-birthdate = Date of birth
mediquo-registration-tax-id = Tax number
mediquo-registration-postal-code = Postal code
mediquo-registration-begin = Begin
mediquo-native-explained = In an app, these buttons speak to the app around the page.
mediquo-native-close = Close
mediquo-native-download = Download

## mediQuo: an appointment's call, and the demo
mediquo-join-title = Video call
mediquo-join-explained = This is where the call would begin. The test system opens the door, but there is no professional behind it.
mediquo-join-moves = When the appointment is moved or cancelled, this address stops working.
mediquo-join-professional = Professional
mediquo-join-appointment = Appointment
mediquo-join-begins = Begins
mediquo-demo-title = The widget on a customer's page
mediquo-demo-explained = This page does what a customer's server does: it has asked for an access token, and hands it to the widget together with the API key.
mediquo-demo-organization = Organization
mediquo-demo-patient = Patient
mediquo-demo-patients = Show it for
mediquo-demo-nobody = nobody: the widget asks who is there
mediquo-demo-methods = Methods
mediquo-demo-events = Events
