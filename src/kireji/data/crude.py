"""Crude language: which sentences no student should be handed.

Short lists of our own, one per language: swear words, slurs and sexual vocabulary, plus suicide.
A trailing * stands for any ending; without it only the whole word counts, which spares `cockroach`
and `culture`; what follows a hyphen is spared too (`pique-niquer`). A pair is dropped when either
side matches: each side can be crude alone."""

import re

ENGLISH = """
    arse* ass asses asshole* bastard* bitch* boner* boob* breast breasts bullshit* butt condom*
    crap cunt* cum damn* darn dick dickhead* dildo* dyke* erect erection* erotic* fag fags faggot*
    fart farts farted farting fuck* genital* goddam* gook* hell hitler* hooker* horny hump incest*
    jap japs masturbat* molest* motherfuck* naked* nazi* negro* nigg* nude* nudity orgasm*
    paedophil* pedophil* penis* pervert* piss* pimp* poop* porn* prick pricks prostitut* pussy
    queer* rape* raping rapist* retard retards retarded screwed semen sex sexes sexier sexist*
    sexism sexual* sexy shit shits shitty slut* sperm* suicid* testicle* tit tits turd* vagina*
    virgin virgins virginity wank* whore*
"""

FRENCH = """
    baise baisé* baiser baiseur* bander batard* bâtard* bicot* bite bites bordel bougnoul* branler
    branle branleur* branlette* chiant* chiasse* chie chier chierie* chiott* con conasse* connard*
    connasse* connerie* cons cul culs couille* crever* crevé* emmerd* encul* érection* érotique*
    fellation* foutre foutu* gouine* gueule gueules hitler* inceste* masturb* merd* nazi* nègre*
    négresse* nichon* nique* niquer niqué* nu nue nues nus nudité* orgasm* péd* pénis pet pets
    pisse* pisser péter pétasse* pine porno* pouffiasse* préservatif* prostitu* putain* pute putes
    putass* salaud* salop* sein seins sexe sexes sexiste* sexuel* sexy sperme* suicid* tapette*
    testicule* trouduc* vagin* vierge* viol violé* violer* violeur* viols youpin*
"""


def _pattern(words: str) -> re.Pattern[str]:
    alternatives = (re.escape(word).replace(r"\*", r"\w*") for word in words.split())
    return re.compile(rf"(?<![\w-])(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


_CRUDE = {"english": _pattern(ENGLISH), "french": _pattern(FRENCH)}


def is_crude(sentence: str, language: str) -> bool:
    """Whether a sentence holds a word of the list of `language` ("english" or "french")."""
    return _CRUDE[language].search(sentence) is not None
