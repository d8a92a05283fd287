"""Bans, cases, gates and outputs as German, French, Spanish, Portuguese and other runbooks tell them.

The rest of the rules knows English alone: a text in another language loses steps, and that is told. What must
never be lost is that something is not to be run, or only in a case, or after somebody agreed.
"""

from __future__ import annotations

import re
from typing import Final

_BAN_WORDS: Final = (
    r"niemals|keinesfalls|unter keinen umständen|auf keinen fall|nie\b|nicht (?:ausführen|verwenden|benutzen|"
    r"nutzen|starten|aufrufen|eingeben|machen|anwenden)|"
    r"ne (?:pas|jamais)\b|n['’](?:exécute|utilise|lance|emploie|applique)\w*|"
    r"ne (?:lance[rz]?|faites|tape[rz]?|saisi\w*|"
    r"démarre[rz]?)\b|jamais\b|évite[rz]?\b|"
    r"nunca\b|jamás\b|no (?:ejecut(?:a[rsd]?|e[ns]?|éis)|us(?:ar|a[sd]|éis|en)|"
    r"utili(?:ce[ns]?|za[rsd]?)|lan(?:ce[ns]?|za[rsd]?)|"
    r"corr(?:a[ns]?|er|áis)|hag(?:a[ns]?|áis)|hacer|emple(?:e[ns]?|ar)|apli(?:que[ns]?|ca[rsd]?))(?:l[aeo]s?|se)?\b|"
    r"(?<!is )(?<!are )(?<!of )(?<!with )(?<!after )"
    r"no us[ea](?:s|l[aeo]s?)?(?=\W*$| (?:el|la|l[ao]s|est[aeo]s?|es[aeo]s?|nunca|jamás|más|aquí|para|"
    r"en|un[ao]?|ningún|si)\b)|evite[n]?\b|evitar\b|"
    r"n[ãa]o (?:execut|us|utiliz|rod|fa[çz]|aplic)\w+|jamais\b|"
    r"non (?:eseguir|usar|utilizzar|lanciar|far)\w*|mai\b (?:eseguir|usar)\w*|"
    r"(?:nooit|niet (?:uitvoeren|gebruiken|draaien|doen))|aldrig\b|"
    r"(?:nie|nigdy) (?:wykonuj|uruchamiaj|używaj)\w*|nigdy\b|"
    r"(?:не|никогда не) (?:выполня|запуска|использу|дела)\w+|никогда\b|не (?:виконуй|запускай)\w*|"
    r"(?:çalıştırmayın|kullanmayın|asla)\b|"
    r"(?:不要|切勿|请勿|禁止|勿|(?<![识区分类级特])别(?=运行|执行|使用|用|跑)|不得|不可)|(?:禁止|厳禁)|(?:절대|금지)"
)
_BAN_BEFORE: Final = re.compile(rf"(?i)(?<!\w)(?:{_BAN_WORDS})")
_BAN_BEHIND: Final = re.compile(
    r"(?i)^[^.;!?`]{0,60}?(?:\bnicht\s+(?:mehr\s+)?(?:ausführen|verwenden|benutzen|nutzen|aus(?=[.!\s]|$)|"
    r"starten|"
    r"aufrufen|eingeben|machen|anwenden)|\bniemals\b|\bniet\s+(?:uitvoeren|gebruiken)|"
    r"\bnicht\s+ausgeführt\s+werden|"
    r"\bne doit (?:pas|jamais)|\bno (?:debe|se debe)n?\b|\bn[ãa]o deve\b|\bnon (?:deve|va)\b|"
    r"しない(?:で|こと)|するな|禁止|不可|하지 ?마|하지 ?말|금지|"
    r"不要|çalıştırmayın|kullanmayın|не (?:выполня|запуска)\w+)|"
    r"^\W{0,4}(?:veraltet|obsolète|obsoleto|obsoleta|déprécié|verouderd|nicht mehr)\b"
)
_HARMLESS: Final = re.compile(
    r"(?i)\b(?:nicht vergessen|vergessen sie nicht|n['’]oublie[rz]? pas|ne pas oublier|no (?:olvide|"
    r"olvidar)\w*|"
    r"n[ãa]o (?:se )?esque[çc]\w*|non dimenticar\w*)\b"
)
_CASE: Final = re.compile(
    r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?P<case>(?:nur |solo |seulement |uniquement |só )?"
    r"(?:falls|wenn|sofern|sollte|bei|im (?:notfall|fehlerfall)|nur (?:bei|im|in|auf|für)|nur|só|"
    r"s['’]il|si|en cas d(?:e|['’])|au cas où|lorsque|quand|uniquement|seulement|"
    r"en caso d(?:e|el)|cuando|solo|sólo|solamente|se|caso|quando|em caso d(?:e|[oa])|somente|apenas|"
    r"in caso d[ei]|"
    r"qualora|"
    r"als|indien|bij|jeśli|jeżeli|если|якщо|om|hvis)(?=[\s'’])[^,:;→`]{2,160})"
)
_ENDS: Final = re.compile(r"\s*[,:;→]\s*")
_CASE_BEHIND: Final = re.compile(
    r"(?i)(?:^|[\s,(])(?P<case>(?:nur |solo |seulement |uniquement |só )?(?:falls|wenn|sofern|nur (?:bei|"
    r"im|in|auf|für)|"
    r"si\b|s['’]il|en cas d(?:e|['’])|en caso d(?:e|el)|em caso d(?:e|[oa])|in caso d[ei]|se\b(?= (?:o|a|"
    r"il|lo|la|os|as|houver|necess|for)\b)|"
    r"caso\b|cuando|lorsque|jeśli|если|indien)[\s'’][^.;`]{2,120})"
)
_WHO: Final = (
    r"(?:dbas?|admins?|team\w*|kollegen?|kollegin|chefs?|leiter\w*|kunden?|client[es]*|équipe|equipo|equipe|"
    r"responsable|responsável|jefe|gerente|niemand|alle\b|personne|nadie|ninguém|nessuno|bereitschaft|"
    r"astreinte|"
    r"guardia|plantão|schicht\w*|benutzer|nutzer|utilisateurs|usuarios|usuários|manager|[A-ZÄÖÜ][a-zäöüß]+)"
)
_GATES: Final = re.compile(
    r"(?i)\b(?:fragen|informieren|benachrichtigen|abstimmen|absprechen|anrufen|bestätigen lassen|"
    r"genehmigen lassen|rücksprache)\b|\b(?:freigabe|genehmigung|zustimmung|einverständnis)\b|"
    r"\b(?:stellen sie sicher|sicherstellen|vergewissern)\b|\bfragen sie\b|\binformieren sie\b|"
    r"\b(?:demande[rz]?|obten(?:ez|ir)|préven(?:ez|ir)|informe[rz]|averti(?:ssez|r)|appele[rz]|"
    r"contacte[rz])\b|"
    r"\b(?:assurez-vous|s['’]assurer|vérifiez que personne)\b|\b(?:accord|autorisation|approbation)\b|"
    r"\b(?:pid[ae]|pregunte|preguntar|avise|avisar|informe|informar|llame|llamar|obteng[ao]|obtener|"
    r"solicit[ae]\w*|"
    r"consulte|consultar)\b|\b(?:asegúrese|asegurarse|aprobación|autorización|permiso|visto bueno)\b|"
    r"\b(?:peça|pedir|pergunte|perguntar|avise|informe|obtenha|obter|ligue|confirme com|certifique-se|"
    r"aprovação|autorização|permissão)\b|\b(?:chied[ai]\w*|avvis[ai]\w*|assicurarsi|approvazione)\b|"
    r"\b(?:vraag|informeer|toestemming|goedkeuring)\b"
)
_OUTPUT: Final = re.compile(
    r"(?i)^\W*(?:(?:die |das |la |le |les |el |a |o |il |l['’])?(?:erwartete|mögliche|salida|sortie|saída|"
    r"résultat|"
    r"resultado|risultato|ausgabe|ergebnis|beispielausgabe|antwort|réponse|respuesta|resposta|output)"
    r"(?:s|e|r|n)?(?: (?:ausgabe|ergebnis|attendue?|esperad[ao]|atteso|d['’]exemple|de ejemplo|"
    r"de exemplo))?)\s*:?\W*$|"
    r"\b(?:sieht (?:dann )?(?:etwa |ungefähr )?so aus|liefert|gibt (?:folgendes )?aus|zeigt|affiche|"
    r"renvoie|muestra|"
    r"devuelve|mostra|retorna)\W*$"
)
_RUNS: Final = re.compile(
    r"(?i)(?:\b(?:führen sie|starten sie|verwenden sie|nutzen sie|exécute[rz]|lance[rz]|utilise[rz]|tape[rz]|"
    r"ejecut\w+|lanc[ea]|us[ea]|usar|utilic[ea]|execut[ea]r?|rode|rodar|utilize|esegui\w*|lancia\w*|voer|"
    r"gebruik)"
    r"(?: (?:den befehl|la commande|el comando|o comando|il comando|folgendes|das kommando))?\s*:?\s*)$"
)
_RUNS_BEHIND: Final = re.compile(
    r"(?i)^\s*(?:ausführen|starten|aufrufen|eingeben|verwenden|laufen lassen|"
    r"uitvoeren|を?実行|実行|执行|运行)"
)
_LOOKED_AT: Final = 200
_CLAUSE: Final = re.compile(r"(?<=[.!?。！])\s*|\n")


def forbids_at(text: str, start: int, end: int) -> bool:
    """Whether the words around a command `text[start:end]` forbid it in another language."""
    clause = _HARMLESS.sub("", _CLAUSE.split(text[max(0, start - _LOOKED_AT) : start])[-1])
    behind = text[end : end + _LOOKED_AT].split("\n", 1)[0]
    return _BAN_BEFORE.search(clause) is not None or _BAN_BEHIND.match(_HARMLESS.sub("", behind)) is not None


def forbids_what_follows(lead: str) -> bool:
    """Whether a sentence over a block forbids it."""
    said = _HARMLESS.sub("", lead)
    colon = lead.rstrip(" *_").endswith((":", "→", "：")) or len(lead.split()) <= _SHORT
    return colon and (_BAN_BEFORE.search(said) is not None or _NOT_BELOW.search(said) is not None)


_SHORT: Final = 4
_NOT_BELOW: Final = re.compile(
    r"(?i)\b(?:befehl\w*|kommando\w*|folgende[nsr]?|commande|comando)\b[^.]{0,60}\b(?:nicht|niemals|pas|"
    r"jamais|nunca)\b"
)


def case_of(text: str) -> tuple[str, str] | None:
    """The case that a sentence begins with, and the rest of it; None where it begins with none."""
    found = _CASE.match(text)
    if found is None or _ENGLISH.match(found["case"]):
        return None
    rest = text[found.end() :]
    ends = _ENDS.match(rest)
    return (found["case"].strip(), rest[ends.end() :].strip()) if ends else None


_ENGLISH: Final = re.compile(r"(?i)(?:als|se|si|solo|om|caso|bei)\s+(?:the|a|an|is|are)\b|se linux|solo mode")


def case_around(text: str, start: int, end: int) -> str | None:
    """The case for which a sentence tells the command `text[start:end]`; None where it tells none."""
    clause = _CLAUSE.split(text[max(0, start - _LOOKED_AT) : start])[-1]
    found = case_of(clause) if clause.strip() else None
    if found is not None:
        return found[0]
    behind = _CASE_BEHIND.search(_CLAUSE.split(text[end : end + _LOOKED_AT])[0])
    return behind["case"].strip(" .)") if behind else None


def is_foreign_gate(sentence: str) -> bool:
    """Whether a sentence of another language tells to ask or to tell somebody, or what must be so first."""
    return _GATES.search(sentence) is not None and re.search(_WHO, sentence) is not None


def announces_output(lead: str) -> bool:
    """Whether what stands below a line of another language is what something prints."""
    return _OUTPUT.search(lead) is not None


def tells_to_run(before: str, behind: str) -> bool:
    """Whether the words right around a piece of code tell to run it."""
    return _RUNS.search(before) is not None or _RUNS_BEHIND.match(behind) is not None
