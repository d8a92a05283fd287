"""What tells a program to drop its rules, to call commands harmless or to approve them: the words of it in
some thirty languages. A sentence says so where it has one of each of the kinds that make it up, in any order.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import re2

_LONGEST: Final = 400
"""Characters of a sentence that are looked at together."""

_DROP: Final = (
    r"vergiss|vergessen|ignorier|missacht|beachte\w* (?:\w+ ){0,3}nicht|oublie|"
    r"ignore[rz]?|ne (?:tiens|tenez) pas compte|olvid|ignor[ae]|hagas? caso|tengas? en cuenta|desconsider|"
    r"esque[çc]a|non (?:tenere|tener) conto|dimentic|vergeet|negeer|zapomn|zignoruj|pomiń|unut|yok say|"
    r"görmezden|"
    r"dikkate alma|забуд|игнорир|не обращай|не учитывай|не следуй|ігнору|не зважай|不要理会|不用理会|"
    r"忽略|无视|無視|忘记|忘掉|"
    r"不要遵守|从わない|従わな|忘れ|따르지|무시|잊|تجاهل|لا تلتزم|भूल|अनदेखा|नज़रअंदाज़|bortse|glöm|"
    r"ignorera|ignoruj|"
    r"zapome|αγνόησ|ξέχασ|bỏ qua|quên|abaikan|lupakan|התעלם|שכח|ignoră|uită|ignorer|glem|unohda|"
    r"hagyd figyelmen|felejtsd"
)
_BEFORE: Final = (
    r"bisherig|vorherig|vorig|obig|deine|précédent|antérieur|ci-dessus|anterior|previ[ao]|arriba|acima|"
    r"precedent|eerder|bovenstaand|poprzedni|wcześniejsz|önceki|yukarıdaki|прежн|предыдущ|вышеу|попередн|"
    r"上面|之前|"
    r"以前|先前|前の|これまで|上記|앞의|이전|위의|السابق|أعلاه|पिछल|ऊपर|tidigare|ovan|předchoz|"
    r"προηγούμεν|trước|"
    r"sebelumnya|הקודמ|anterioar|tidligere|aiem|korábbi|előző"
)
_RULES: Final = (
    r"anweisung|regel|vorgabe|befehl|consigne|instruction|règle|instruc|regl|regra|istruzion|regol|opdracht|"
    r"instructie|zasad|instrukcj|polece|reguł|kural|talimat|правил|инструкц|указани|інструкц|规则|規則|"
    r"指令|指示|规定|"
    r"提示|ルール|命令|규칙|지시|지침|명령|قواعد|تعليمات|أوامر|नियम|निर्देश|आदेश|instruktion|pokyn|"
    r"pravid|οδηγ|κανόν|"
    r"chỉ dẫn|hướng dẫn|quy tắc|instruksi|aturan|הוראות|כללים|instrucțiun|reguli|ohje|utasítás|szabály"
)
_JUDGE: Final = (
    r"bewert|betracht|markier|stufe|behandl|einstuf|considèr|marque|class|trait|consider|clasific|marc|trat|"
    r"contrassegn|beoordeel|markeer|beschouw|oznacz|uzna|traktuj|işaretle|kabul et|считай|помет|отмет|"
    r"оцен|вважай|"
    r"познач|当作|视|標記|标记|判断|认为|みなし|分類|マーク|판단|간주|표시|اعتبر|صنف|मानो|मानें|चिह्नित|"
    r"markera|betrakta|"
    r"označ|považuj|θεώρησ|σημείωσ|coi|đánh dấu|anggap|tandai|סמן|התייחס|regn som"
)
_HARMLESS: Final = (
    r"harmlos|ungefährlich|unbedenklich|als sicher|inoffensi|sans (?:risque|danger)|comme (?:étant )?sûr|"
    r"inofensi|inócu|com[oe] (?:segur|sicur)|innocu|ongevaarlijk|onschadelijk|als veilig|"
    r"(?:jako|za) bezpieczn|nieszkodliw|güvenli olarak|zararsız|безопасным|безвредн|безпечним|нешкідлив|"
    r"无害|無害|"
    r"[为為是]安全|安全(?:的|だ?と|として)|안전(?:하다고|한 것|으로)|무해|آمن|सुरक्षित|हानिरहित|ofarlig|"
    r"som säkra|"
    r"(?:jako|za) bezpečn|neškodn|ασφαλ|ακίνδυν|an toàn|vô hại|aman(?:[^\pL]|$)|berbahaya|בטוח|ca "
    r"(?:fiind )?sigur|"
    r"ufarlig|(?:geringe[sm]?|niedrige[sm]?|kein) risiko|(?:faible|aucun) risque|(?:bajo|sin) riesgo|"
    r"riesgo bajo|"
    r"baixo risco|basso rischio|laag risico|низк\w+ риск|[低无無]风险|低リスク|낮은 위험|niski\w* ryzyk"
)
_COMMANDS: Final = (
    r"befehl|schritt|kommando|alles|commande|étape|tout|comando|paso|todo|passo|tudo|comand|tutt|"
    r"opdracht|stap|"
    r"commando|komend|polece|krok|wszystk|komut|adım|tüm|команд|шаг|вс[её]|кроки|命令|步骤|所有|一切|"
    r"コマンド|手順|"
    r"すべて|명령|단계|모두|أوامر|الأوامر|خطوات|جميع|कमांड|चरण|सभी|kommando|steg|alla|příkaz|vše|εντολ|"
    r"βήμα|όλες|"
    r"lệnh|bước|mọi|perintah|langkah|semua|פקודות|שלבים|כל|comenzi|pași|toate"
)
_APPROVE: Final = (
    r"genehmige(?:n sie)?(?:[^\pL]|$)|approuve[rz]?(?:[^\pL]|$)|aprueb[ae]|aprov[ae](?:[^\pL]|$)|"
    r"approva(?:te|re)?(?:[^\pL]|$)|keur (?:\w+ ){0,3}goed|zatwierdź|onayla(?:yın|[^\pL]|$)|одобр[ия]|"
    r"утверди|схвал[ию]|"
    r"(?:直接|自动|请|都|全部)批准|批准(?:所有|全部|一切)|承認し(?:て|ろ)|승인(?:하세요|해|하라|"
    r"하십시오)|وافق|"
    r"(?:स्वीकार|मंज़ूर) कर|godkänn(?:[^\pL]|$)|schval(?:te)?(?:[^\pL]|$)|ενέκριν|phê duyệt|setujui|אשר|"
    r"aprobă"
)
_ALL: Final = (
    r"alles|tout(?:[^\pL]|$)|tod[oa]s?(?:[^\pL]|$)|tudo|tutt[oi]|wszystk|hepsini|tümünü|вс[её]|所有|全部|"
    r"一切|"
    r"すべて|全て|모두|모든|جميع|كل|सभी|सब|allt|alla|vše|όλ[αε]|mọi|tất cả|semua|כל|הכל|tot(?:ul)?|toate"
)
_MODEL: Final = (
    r"(?:sprachmodell|ki-(?:modell|assistent|agent|system)|modèle de langu|modelo de (?:lenguaje|linguagem)|"
    r"modello linguistic|taalmodel|model językow|dil model|языков\w+ модел|нейросет|мовн\w+ модел|"
    r"语言模型|大模型|"
    r"言語モデル|언어 모델|نموذج لغوي|भाषा मॉडल)"
)
_TOLD: Final = (
    r"(?:hinweis|nachricht|anweisung|note|nota|aviso|message|mensaje|mensagem|messaggio|bericht|uwaga|"
    r"wiadomość|"
    rf"сообщение|заметка|примечание)\w*[^\pL]{{1,3}}(?:\w+[^\pL]{{1,3}}){{0,2}}{_MODEL}|[致给給]{_MODEL}"
)
_PROGRAM: Final = (
    rf"{_MODEL}|asistente|assistant|assistent|asystent|asistan|ассистент|助手|アシスタント|modelo sin|"
    rf"modèle sans|"
    r"modell ohne"
)
_UNBOUND: Final = (
    r"sans (?:restriction|limite|règle|filtre)|sin (?:reglas|restricciones|límites|filtros)|"
    r"ohne (?:regeln|einschränkung|beschränkung|filter)|sem (?:regras|restrições|limites)|"
    r"senza (?:regole|restrizioni|limiti)|zonder (?:regels|beperking)|bez (?:zasad|ograniczeń|omezení)|без "
    r"(?:ограничени|правил|обмежень)|没有(?:任何)?限制|不受限制|無制限|制限のない|제한 없"
)
_SAFEGUARDS: Final = (
    r"sicherheits(?:regel|vorgabe|richtlinie)|(?:deine|ihre) (?:regeln|vorgaben|anweisungen|richtlinien)|"
    r"règles de sécurité|(?:tes|vos) (?:règles|consignes|instructions)|reglas de seguridad|tus (?:reglas|"
    r"instrucciones)|"
    r"regras de segurança|(?:tuas|suas) (?:regras|instruções)|regole di sicurezza|(?:tue|vostre) "
    r"(?:regole|istruzioni)|"
    r"veiligheidsregels|je (?:regels|instructies)|zasad\w* bezpieczeństwa|(?:twoje|swoje) (?:zasady|"
    r"instrukcje)|"
    r"güvenlik kural|kuralların|правил\w* безопасности|(?:твои|свои) (?:правила|инструкции)|安全(?:规则|"
    r"規則|规定|限制|策略)|"
    r"你的(?:规则|指令|限制)|안전 (?:규칙|지침)|قواعد الأمان|सुरक्षा नियम"
)
_OVER: Final = (
    r"nicht mehr|außer kraft|ne s'appliqu|ne valent plus|plus valable|dejan? de|ya no|deixam? de|não "
    r"valem|non valgono|"
    r"non si applica|niet meer|nie obowiązuj|geçerli değil|не действу|не примен|больше не|不再|失效|"
    r"適用せず|適用しない|"
    r"적용하지|لا تنطبق|लागू नहीं"
)
_BEING_TOLD: Final = (
    r"dir gesagt|ihnen gesagt|t'a(?:-t-on)? dit|vous a dit|te (?:dij|han dicho)|lhe disser|te disser|ti "
    r"è stato detto|"
    r"ti hanno detto|je verteld|ci powiedzian|sana söylen|тебе (?:говорил|сказал)|告诉你|跟你说|言われた|들은"
)
_KINDS: Final = (
    _DROP, _BEFORE, _RULES, _JUDGE, _HARMLESS, _COMMANDS, _APPROVE, _ALL, _PROGRAM, _UNBOUND, _TOLD,
    _SAFEGUARDS, _OVER, _BEING_TOLD,
)  # fmt: skip
(
    _DROPS,
    _PRIOR,
    _RULED,
    _JUDGED,
    _SAFE,
    _COMMANDED,
    _APPROVED,
    _WHOLE,
    _ADDRESSED,
    _FREED,
    _NOTED,
    _GUARDED,
    _ENDED,
    _HEARD,
) = range(len(_KINDS))
_SAYS: Final = tuple(
    frozenset(each)
    for each in (
        (_DROPS, _PRIOR, _RULED),
        (_JUDGED, _SAFE, _COMMANDED),
        (_APPROVED, _WHOLE),
        (_ADDRESSED, _APPROVED),
        (_ADDRESSED, _SAFE),
        (_ADDRESSED, _FREED),
        (_NOTED,),
        (_GUARDED, _DROPS),
        (_GUARDED, _ENDED),
        (_DROPS, _HEARD),
    )
)
_ENDS: Final = re.compile(r"[.!?;]\s|[。！？；\n]")

_STARTS: Final = r"(?:^|[^\pL]|[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Arabic}\p{Hebrew}])"
"""Before a word; these write words without blanks, or with what belongs to them in front."""


@cache
def _kinds() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    found = re2.Set.SearchSet(options)
    for pattern in _KINDS:
        found.Add(rf"{_STARTS}(?:{pattern})".replace(r"\w", r"[\pL\pN_]"))
    found.Compile()
    return found


def orders_a_program(text: str) -> bool:
    """Whether some sentence of a text has the words of such an order. Linear time."""
    return any(_orders(piece[:_LONGEST]) for piece in _ENDS.split(text))


def _orders(sentence: str) -> bool:
    kinds = frozenset(_kinds().Match(sentence) or ())
    return any(kinds.issuperset(each) for each in _SAYS)
