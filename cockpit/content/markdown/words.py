"""The words by which headings and tables are known, in the languages that checklists are written in most."""

from __future__ import annotations

import re


def _words(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


ROLLBACK = _words(
    r"roll[- ]?back", r"back[- ]?out", r"\brevert", "zurückrollen", "rücksetz", "retour arrière", "revers[ãa]o",
    "reversión", "откат", "回滚", "回滾", "ロールバック", "切り戻し", "롤백",
)  # fmt: skip
EMERGENCY = _words(
    "emergenc", r"\bincident", r"\boutage", r"\bdisaster", "notfall", "störfall", "urgence", "emergência",
    "incidente", "авари", "инцидент", "应急", "緊急", "障害", "장애", "비상",
)  # fmt: skip
SIGN_OFF = _words(
    r"sign[- ]?(?:off|ed|ature)", r"\bsignatur", r"\bapprov", "freigabe", "unterschrift", "abnahme", "validation par",
    "aprova[çc]", "aprobaci", "assinatura", r"\bfirmas?\b", "подпис", "согласован", "签署", "签字", "簽",
    "審批", "审批", "署名", "承認", "서명", "승인",
)  # fmt: skip
ROLE = _words(
    r"\broles?\b", r"\btitle\b", r"\bteam\b", r"\bfunction\b", r"\bapprover\b", r"\bstakeholder", r"\bposition\b",
    "rolle", "funktion", "rôle", "fonction", r"\brol\b", "cargo", "papel", "função", "роль", "должность", "角色",
    "职位", "役割", "担当", "역할",
)  # fmt: skip
CONTACT = _words(
    r"\bcontacts?\b", r"on[- ]?call", r"\bescalation", r"\bsupport\b", "kontakt", "ansprechpartner", "bereitschaft",
    "contato", "contacto", "contatti", "контакт", "联系", "聯絡", "連絡先", "연락처",
)  # fmt: skip
ADDRESS = _words(
    r"e-?mail", r"\bphone", r"\bmobile", r"\bslack\b", r"\bpager", r"\bcontact\b", r"\bhandle\b", r"\bchannel\b",
    r"\breach", r"\baddress\b", r"\bcall\b",
    "telefon", "téléphone", "teléfono", "telefone", "correo", "телефон", "почта", "电话", "邮箱", "電話", "전화",
)  # fmt: skip
PERSON = _words(
    r"\bname\b", r"\bperson", r"\bwho\b", r"\bnom\b", "nombre", "nome", "имя", "姓名", "名前", "氏名", "이름"
)
ENVIRONMENT = _words(
    r"\benv", "environment", "umgebung", "environnement", "entorno", "ambiente", "окружени", "环境", "環境"
)
TOOLS = _words(
    r"\btools?\b", "werkzeuge", "outils", "herramientas", "ferramentas", "инструмент", "工具", "ツール", "도구"
)
TARGET = _words(
    r"\btargets?\b", r"\bgoals?\b", r"\bslos?\b", r"\bthreshold", r"\blimit\b", "ziel", "objectif", "objetivo",
    r"\bmeta\b", "цель", "目标", "目標", "목표",
)  # fmt: skip
