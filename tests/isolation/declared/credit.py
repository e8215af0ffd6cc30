"""Addresses of the credit file and of evaluations."""

from tests.isolation.addresses import BELOW_NATION, Address, fixed, only, public, signed_in

LOOK = {"purpose": "case", "about": "x"}
FACT = {"kind": "award", "title": "x", "occurred_on": "2026-05-01", "document": "x"}

ADDRESSES: dict[str, Address] = {
    # Of associations and bases alone, and of whom a case concerns; no authority is answered.
    "own-rules/": only("base", post=""),
    # Where a step stays late, for the authority that was told of it.
    "own-rules/late/": only("regulator", post=""),
    "own-rules/report/": signed_in(),
    "own-rules/reports/<uuid:uuid>/": only("base", uuid="selfregulatorycase.report.uuid"),
    "own-rules/cases/<uuid:uuid>/": only(
        "base", uuid="selfregulatorycase.uuid", body={"step": "dismiss", "dismiss-reasons": "x"}
    ),
    "own-rules/reviews/<uuid:uuid>/": only(
        "base", uuid="selfreview.uuid", body={"step": "maintain", "considered": "x"}
    ),
    "own-rules/reviews/<uuid:uuid>/withdraw/": only("", uuid="selfreview.uuid", post="trainee", body={}),
    "own-rules/cases/<uuid:uuid>/letters/": only("", uuid="selfregulatorycase.uuid", post="base", body={}),
    "own-rules/letters/<uuid:uuid>/pdf/": only("trainee", uuid="selfletter.uuid", post="base", body={}),
    "own-rules/letters/<uuid:uuid>/docx/": only("trainee", uuid="selfletter.uuid", post="base", body={}),
    "own-rules/letters/<uuid:uuid>/edition/": only("base", uuid="selfletter.uuid", body={"why": "x"}),
    "own-rules/about-me/": signed_in(post=""),
    "own-rules/about-me/<uuid:uuid>/": only("trainee", uuid="selfregulatorycase.uuid"),
    "credit/": signed_in(post=""),
    "credit/people/<int:pk>/": only("trainee regulator", pk="person", post=""),
    "credit/case-reports/new/": signed_in(
        body={"said_of": "x", "ground": "other", "said": "x", "happened_on": "2026-01-01"}
    ),
    # Whoever keeps the address of a report reads where it stands.
    "credit/case-reports/<uuid:receipt>/": signed_in(
        receipt="casereport.uuid", post="", of_all=True, shows="credit.CaseReport accounts.AdminBody"
    ),
    # Acts of the body itself, which none of the readers is of.
    "credit/case-reports/<int:pk>/accept/": only("regulator", pk="casereport", nothing_there=True),
    "credit/case-reports/<int:pk>/reporter/": only("regulator", pk="casereport", nothing_there=True),
    "credit/cases/": only("regulator", post=""),
    "credit/cases/<int:pk>/": only("regulator", pk="administrativecase", post=""),
    "credit/cases/<int:pk>/steps/<slug:name>/": only(
        "regulator", pk="administrativecase", name=fixed("consider"), nothing_there=True
    ),
    "credit/cases/<int:pk>/recusals/<int:recusal>/": only(
        "regulator", pk="administrativecase", recusal="recusal", nothing_there=True
    ),
    "credit/cases/<int:pk>/repairs/<int:repair>/": only(
        "regulator", pk="administrativecase", repair="creditrepair", nothing_there=True
    ),
    "credit/restrictions/": only("regulator", post=""),
    "credit/cases/<int:pk>/letters/": only("", pk="administrativecase", post="regulator", body={}, nothing_there=True),
    "credit/letters/<uuid:uuid>/pdf/": only("trainee", uuid="caseletter.uuid", post="regulator", body={}),
    "credit/letters/<uuid:uuid>/docx/": only("trainee", uuid="caseletter.uuid", post="regulator", body={}),
    "credit/letters/<uuid:uuid>/edition/": only("regulator", uuid="caseletter.uuid", nothing_there=True),
    # With the body that handles it.
    "credit/own-cases/": signed_in(post="", shows="accounts.AdminBody"),
    "credit/own-cases/<int:pk>/": only(
        "trainee", pk="administrativecase", body={"act": "recusal", "reason": "x"}, shows="accounts.AdminBody"
    ),
    # Law, for everybody; entered by bodies in charge, measures by nationwide ones.
    "credit/catalogue/": public(post=""),
    "credit/catalogue/items/new/": only("regulator"),
    "credit/catalogue/items/<int:pk>/end/": only("regulator", pk=fixed(0), nothing_there=True),
    "credit/catalogue/measures/new/": only("regulator", barred=BELOW_NATION),
    "credit/catalogue/measures/<int:pk>/end/": only("regulator", pk=fixed(0), nothing_there=True),
    "credit/catalogue/proposals/": only("regulator", post=""),
    "credit/catalogue/proposals/<int:pk>/": only("regulator", pk="catalogueproposal", body={"act": "refuse"}),
    "evaluations/": signed_in(post=""),
    "evaluations/new/": only("regulator"),
    "evaluations/<int:pk>/": only("regulator", pk="evaluationround", post=""),
    "evaluations/<int:pk>/subjects/": only("regulator", pk="evaluationround"),
    "evaluations/<int:pk>/evaluators/": only("regulator", pk="evaluationround"),
    "evaluations/<int:pk>/open/": only("", pk="evaluationround", post="regulator"),
    "evaluations/<int:pk>/score/": only("", pk="evaluationround", post="regulator"),
    "evaluations/<int:pk>/propose/": only("regulator", pk="evaluationround"),
    "evaluations/<int:pk>/publicise/": only("", pk="evaluationround", post="regulator"),
    "evaluations/<int:pk>/rework/": only("", pk="evaluationround", post="regulator"),
    "evaluations/<int:pk>/finalise/": only("", pk="evaluationround", post="regulator"),
    "evaluations/<int:pk>/drop/": only("", pk="evaluationround", post="regulator"),
    "evaluations/subjects/<int:pk>/": only("officer regulator", pk="evaluationsubject", post=""),
    # Of a person alone; the one of the world is of an institution.
    "evaluations/subjects/<int:pk>/open/": only("", pk="evaluationsubject", post="", body={"purpose": "case"}),
    "evaluations/subjects/<int:pk>/score/": only("regulator", pk="evaluationsubject"),
    "evaluations/subjects/<int:pk>/conflict/": only("", pk="evaluationsubject", post="regulator"),
    "evaluations/subjects/<int:pk>/self/": only("officer", pk="evaluationsubject"),
    "evaluations/subjects/<int:pk>/objection/": only("officer", pk="evaluationsubject"),
    "evaluations/subjects/<int:pk>/opt-out/": only("", pk="evaluationsubject", post="officer"),
    "evaluations/subjects/<int:pk>/consequence/": only("regulator", pk="evaluationsubject"),
    "evaluations/objections/<int:pk>/": only("regulator", pk="evaluationobjection"),
    "evaluation-results/": public(post=""),
    "evaluation-results/<int:pk>/": public(pk="evaluationround", post=""),
    "evaluation-schemes/": public(post=""),
    "evaluation-schemes/<int:pk>/": public(pk=fixed(1), post=""),
    "evaluation-schemes/<int:pk>/open/": only("regulator", pk="evaluationscheme", post=""),
    "evaluation-schemes/<int:pk>/new/": only("regulator", pk="evaluationscheme"),
    "evaluation-schemes/<int:pk>/edit/": only("regulator", pk="evaluationscheme"),
    "evaluation-schemes/<int:pk>/indicators/new/": only("regulator", pk="evaluationscheme"),
    "evaluation-schemes/<int:pk>/indicators/<slug:code>/": only(
        "regulator", pk="evaluationscheme", code=fixed("newly_trained")
    ),
    "evaluation-schemes/<int:pk>/replay/": only("regulator", pk="evaluationscheme", post=""),
    "evaluation-schemes/<int:pk>/propose/": only("", pk="evaluationscheme", post="regulator"),
    "evaluation-schemes/<int:pk>/adopt/": only("", pk="evaluationscheme", post="regulator"),
    "evaluation-schemes/<int:pk>/refuse/": only("", pk="evaluationscheme", post="regulator"),
    "evaluation-schemes/<int:pk>/withdraw/": only("", pk="evaluationscheme", post="regulator"),
    "supervision/": only("regulator", post=""),
    "supervision/new/": only("regulator"),
    "supervision/<int:pk>/close/": only("regulator", pk="supervisionitem"),
    "credit/people/<int:pk>/open/": only("trainee regulator", pk="person", body=LOOK),
    "credit/people/<int:pk>/enter/": only("regulator", pk="person", body=FACT),
    "credit/entity/": only("officer", post=""),
    "credit/entities/<int:pk>/": only("regulator", pk="institution", post=""),
    "credit/entities/<int:pk>/open/": only("regulator", pk="institution", body=LOOK),
    "credit/entities/<int:pk>/enter/": only("regulator", pk="institution", body=FACT),
    "credit/entities/<int:pk>/link/": only("regulator", pk="institution", body={"reference": "x"}),
    "credit/entries/<int:pk>/": only("trainee", pk="creditrecord", body={"text": "x"}),
    "credit/entries/<int:pk>/object/": only("trainee", pk="creditrecord", body={"words": "x"}),
    "credit/entries/<int:pk>/correct/": only("regulator", pk="creditrecord", body={"reason": "x"}),
    "credit/objections/": only("regulator", post=""),
    "credit/objections/<int:pk>/": only("regulator", pk="creditobjection", body={"decision": "reject", "reason": "x"}),
    "credit/objections/<int:pk>/take-back/": only("trainee", pk="creditobjection"),
    "credit/statements/<int:pk>/hide/": only("regulator", pk="subjectstatement", body={"reason": "x"}),
    "credit/report/": signed_in(body={}),
    "credit/entity/report/": only("officer", body={}),
    # Whoever reaches the file; of one's own there is another door, and this one leads back to the page.
    "credit/people/<int:pk>/report/": only("trainee regulator", pk="person", body={}),
    "credit/entities/<int:pk>/report/": only("regulator", pk="institution", body={}),
    "credit/reports/<str:reference>/": only("trainee", reference="creditreport.reference", post=""),
    "credit/reports/<str:reference>/file/": only("trainee", reference="creditreport.reference", post=""),
    # Partners are those of the body; acts are its own, which none of the readers is of.
    "credit/exchange/": only("regulator", post=""),
    "credit/exchange/dictionary/": public(post=""),
    "credit/exchange/dictionary.json": public(post=""),
    "credit/exchange/end-notices/": only("regulator", post=""),
    "credit/exchange/end-notices/<int:pk>/": only("regulator", pk="endnotice", nothing_there=True),
    "credit/exchange/partners/new/": only("regulator"),
    "credit/exchange/partners/<int:pk>/": only("regulator", pk="exchangepartner", post=""),
    "credit/exchange/partners/<int:pk>/end-notices.csv": only(
        "regulator", pk="exchangepartner", post="", nothing_there=True
    ),
    "credit/exchange/partners/<int:pk>/end/": only("regulator", pk="exchangepartner", nothing_there=True),
    "credit/exchange/partners/<int:pk>/receive/": only("regulator", pk="exchangepartner", nothing_there=True),
    "credit/exchange/partners/<int:pk>/receive/<str:sha256>/": only(
        "regulator", pk="exchangepartner", sha256=fixed("0" * 64), nothing_there=True
    ),
    "credit/exchange/partners/<int:pk>/send/": only("regulator", pk="exchangepartner", nothing_there=True),
    "credit/exchange/partners/<int:pk>/tokens/new/": only("regulator", pk="exchangepartner", nothing_there=True),
    "credit/exchange/tokens/<int:pk>/revoke/": only("", pk="apitoken", post="regulator", nothing_there=True),
    "credit/exchange/receipts/<uuid:uuid>/": only("regulator", uuid="exchangereceipt.uuid", post=""),
    # Machines with a token alone; no login is answered.
    "api/v1/exchange/entities/<uscc>": only("", uscc="institution.uscc", post="", by_token=True),
    "api/v1/exchange/end-notices": only("", post="", by_token=True),
    "credit/matrix/": public(post=""),
    "institutions/<int:pk>/credit.csv": public(pk="institution", post="", of_all=True),
    "api/v1/institutions/<uscc>/credit": public(uscc="institution.uscc", post="", of_all=True),
    "institutions/<int:pk>/credit/": public(pk="institution", post="", of_all=True, shows="credit.PublicationLink"),
}
