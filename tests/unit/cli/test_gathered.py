"""What an import of many documents reads: documents only, within bounds, and nothing outside."""

from __future__ import annotations

import os
import random
import stat
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from base import limits
from controller.cli.archives import archive_documents
from controller.cli.bulk import gather, is_many
from controller.cli.errors import CliError
from controller.cli.gathered import Budget, Document

TEXT = "# Disk\n\n```sh\ndf -h\n```\n"


def gathered(source: Path) -> dict[str, Document]:
    return {document.file: document for document in gather(str(source), Budget())}


def problems(source: Path) -> dict[str, str]:
    return {file: document.problem for file, document in gathered(source).items() if document.problem}


def archive(path: Path, entries: dict[str, bytes | str], **more: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = more.get("packed", zipfile.ZIP_DEFLATED)
            entry.external_attr = more.get("mode", stat.S_IFREG | 0o644) << 16
            out.writestr(entry, content)
    return path


def test_a_folder_is_read_by_the_names_of_its_files(tmp_path: Path) -> None:
    for name in ("b.md", "a/deep.rst", "a/page.html", "a/notes.txt", "a/guide.adoc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT)
    for name in (".git/config.md", "node_modules/readme.md", "picture.png", "settings.xml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("<project/>")
    (tmp_path / "storage.xml").write_text('<p>x</p><ac:structured-macro ac:name="code"/>')
    budget = Budget()
    found = list(gather(str(tmp_path), budget))
    assert [(item.file, item.form) for item in found] == [
        ("a/deep.rst", "rst"), ("a/guide.adoc", "asciidoc"), ("a/notes.txt", None),
        ("a/page.html", "html"), ("b.md", "markdown"), ("storage.xml", "html"),
    ]  # fmt: skip
    assert budget.others == 2


def test_what_cant_be_read_is_named_and_stops_nothing(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("# the key\n")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "good.md").write_text(TEXT)
    (folder / "latin.md").write_bytes(b"caf\xe9\n")
    (folder / "zero.txt").write_bytes(b"a\x00b")
    (folder / "empty.md").write_text(" \n")
    (folder / "large.md").write_bytes(b"x" * (limits.PASTE_MAX_BYTES + 1))
    (folder / "link.md").symlink_to(outside / "secret.md")
    (folder / "away").symlink_to(outside)
    os.mkfifo(folder / "pipe.md")
    (folder / os.fsdecode(b"caf\xe9.md")).write_text(TEXT)
    found = gathered(folder)
    assert found["good.md"].text == TEXT
    assert found["caf\\xe9.md"].text == TEXT
    assert problems(folder) == {
        "latin.md": "it is no text in UTF-8 (byte 3)",
        "zero.txt": "it is no text in UTF-8 (it holds NUL)",
        "empty.md": "it is empty",
        "large.md": "it is larger than 1 MiB",
        "link.md": "it is a link, which is not followed",
        "pipe.md": "it is no regular file",
    }
    assert "the key" not in str(found)


def test_folders_have_a_depth_and_imports_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path
    for _ in range(limits.IMPORT_MAX_FOLDERS_DEEP + 2):
        inner /= "d"
        inner.mkdir()
    (inner / "x.md").write_text(TEXT)
    assert list(problems(tmp_path).values()) == ["folders deeper than 32 are not read"]
    for number in range(6):
        (tmp_path / f"{number}.md").write_text(TEXT)
    for bound, value in (("IMPORT_MAX_DOCUMENTS", 5), ("IMPORT_MAX_ENTRIES", 5), ("IMPORT_MAX_BYTES", 100)):
        with monkeypatch.context() as less:
            less.setattr(limits, bound, value)
            with pytest.raises(CliError, match="There are"):
                gathered(tmp_path)


def test_an_archive_leads_nowhere(tmp_path: Path) -> None:
    made = archive(
        tmp_path / "x.zip",
        {
            "docs/good.md": TEXT, "/etc/cron.md": TEXT, "../up.md": TEXT, "a/../../b.md": TEXT,
            "C:\\x.md": TEXT, "inner.zip": b"PK\x03\x04", "__MACOSX/._good.md": b"\x00", "p.png": b"\x89",
        },
    )  # fmt: skip
    found = gathered(made)
    assert found["docs/good.md"].text == TEXT
    assert sorted(problems(made).values()) == [
        "it is an archive inside the archive, which is not opened",
        "its name leads out of the archive (..)",
        "its name leads out of the archive (..)",
        "its name leads out of the archive (an absolute path)",
        "its name leads out of the archive (an absolute path)",
    ]
    links = archive(tmp_path / "links.zip", {"l.md": "/etc/passwd"}, mode=stat.S_IFLNK | 0o777)
    assert problems(links) == {"l.md": "it is a link, which is not followed"}
    odd = archive(tmp_path / "odd.zip", {"l.md": TEXT}, packed=zipfile.ZIP_LZMA)
    assert problems(odd) == {"l.md": "it is packed in a way that is not read"}


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive(tmp_path / "bomb.zip", {"a.md": b"a" * 1_000_000, "b.md": TEXT})
    assert problems(bomb) == {"a.md": "it unpacks to far more than it says or than a text does"}
    with monkeypatch.context() as patched:
        patched.setattr(limits, "IMPORT_MAX_BYTES", 1_500_000)
        bombs = archive(tmp_path / "bombs.zip", {f"{number}.md": b"a" * 1_000_000 for number in range(2)})
        with pytest.raises(CliError, match="together"):
            gathered(bombs)
    large = archive(tmp_path / "large.zip", {"a.md": os.urandom(600_000).hex().encode()})
    assert problems(large) == {"a.md": "it is larger than 1 MiB"}
    monkeypatch.setattr(limits, "ARCHIVE_MAX_RATIO", 20)
    xml = archive(tmp_path / "xml.zip", {"entities.xml": b"<hibernate-generic>" + b" " * 1_500_000})
    with pytest.raises(CliError, match="unpacks to far more"):
        gathered(xml)
    many = archive(tmp_path / "many.zip", {f"{number}.md": "x" for number in range(50)})
    monkeypatch.setattr(limits, "ARCHIVE_DIRECTORY_MAX_BYTES", 1_000)
    with pytest.raises(CliError, match="more files than an import reads"):
        gathered(many)
    monkeypatch.setattr(limits, "ARCHIVE_MAX_BYTES", 100)
    with pytest.raises(CliError, match="is larger than"):
        gathered(many)


def test_a_header_that_lies_is_not_believed(tmp_path: Path) -> None:
    made = archive(tmp_path / "x.zip", {"a.md": TEXT * 20, "b.md": TEXT})
    data = bytearray(made.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = (5).to_bytes(4, "little")  # its size in the table of contents
    data[place + 16 : place + 20] = b"\x00\x00\x00\x00"  # and its checksum
    made.write_bytes(data)
    found = gathered(made)
    assert found["b.md"].text == TEXT
    assert found["a.md"].text is None or len(found["a.md"].text) <= 5
    made.write_bytes(bytes(data)[: len(data) // 2])
    with pytest.raises(CliError, match="no ZIP archive"):
        gathered(made)


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    made = archive(tmp_path / "x.zip", {"cafX.md": TEXT, "zwei.md": TEXT})
    legacy = made.read_bytes().replace(b"cafX.md", b"caf\x82.md")
    made.write_bytes(legacy)
    assert sorted(gathered(made)) == ["café.md", "zwei.md"]
    flagged = bytearray(legacy)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = flagged.index(mark)
        flagged[place + offset : place + offset + 2] = (0x800).to_bytes(2, "little")
    made.write_bytes(flagged)
    with pytest.raises(CliError, match="says it is UTF-8 and is not"):
        gathered(made)


def test_what_is_many(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text(TEXT)
    (tmp_path / "entities.xml").write_text("<hibernate-generic/>")
    made = archive(tmp_path / "x.bin", {"a.md": TEXT})
    assert [is_many(str(path)) for path in (tmp_path, made, tmp_path / "entities.xml")] == [True] * 3
    (tmp_path / "none.zip").write_text("hello")
    assert is_many(str(tmp_path / "none.zip")), "its name says what it should be"
    with pytest.raises(CliError, match=r"none\.zip is no ZIP archive"):
        gathered(tmp_path / "none.zip")
    assert not is_many(str(tmp_path / "one.md"))
    assert not is_many(str(tmp_path / "none"))
    with pytest.raises(CliError):
        list(archive_documents(str(tmp_path / "one.md"), Budget()))


@pytest.mark.parametrize("name", ["schema/entities.xml", "entities.xml"])
def test_entities_of_another_program_make_no_space_export(tmp_path: Path, name: str) -> None:
    other = archive(tmp_path / "x.zip", {"a.md": TEXT, name: "<entities><user/></entities>"})
    assert [*gathered(other)] == ["a.md"]
    damaged = archive(tmp_path / "y.zip", {"a.md": TEXT, "b/entities.xml": TEXT}, packed=zipfile.ZIP_BZIP2)
    assert "a.md" in gathered(damaged)


def test_damaged_archives_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    made = archive(
        tmp_path / "x.zip", {"a.md": TEXT * 3, "entities.xml": space(), "b/c.html": f"<p>{TEXT}</p>"}
    )
    plain = archive(tmp_path / "y.zip", {"a.md": TEXT * 3, "b/c.html": f"<p>{TEXT}</p>"})
    chance = random.Random(20_261_129)
    for source in (made.read_bytes(), plain.read_bytes()):
        for _ in range(60):
            damaged = bytearray(source)
            for _ in range(chance.randint(1, 4)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            (tmp_path / "d.zip").write_bytes(
                damaged[: chance.choice([len(damaged), chance.randrange(len(damaged))])]
            )
            with suppress(CliError):
                for document in gather(str(tmp_path / "d.zip"), Budget()):
                    assert (document.text is None) == (document.problem is not None)


PAGE = """<object class="Page" package="com.atlassian.confluence.pages"><id name="id">{id}</id>
<property name="title"><![CDATA[{title}]]></property>{more}
<collection name="bodyContents" class="java.util.Collection"><element class="BodyContent"
 package="com.atlassian.confluence.core"><id name="id">9{id}</id></element></collection></object>
"""
BODY = """<object class="BodyContent" package="com.atlassian.confluence.core"><id name="id">9{id}</id>
<property name="body"><![CDATA[{body}]]></property>
<property name="content" class="Page" package="com.atlassian.confluence.pages"><id name="id">{id}</id>
</property><property name="bodyType">{type}</property></object>
"""
CURRENT = '<property name="contentStatus"><![CDATA[current]]></property>'
OF_1 = CURRENT + (
    '<property name="parent" class="Page" package="com.atlassian.confluence.pages"><id name="id">1</id>'
    "</property>"
)
CODE = (
    '<p>Look:</p><ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[df -h {0}'
    "</ac:plain-text-body></ac:structured-macro>"
)


def export(*objects: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f'{head}\n<hibernate-generic datetime="2026-01-01">\n{"".join(objects)}</hibernate-generic>'


def space() -> str:
    older = CURRENT + '<property name="originalVersion" class="Page"><id name="id">2</id></property>'
    return export(
        BODY.format(id=2, type=2, body=CODE.format("]]]]><![CDATA[>")),
        PAGE.format(id=1, title="Payments", more=CURRENT),
        PAGE.format(id=2, title="Disk / full", more=OF_1),
        PAGE.format(id=3, title="Disk / full", more=older),
        PAGE.format(id=4, title="Draft", more='<property name="contentStatus">draft</property>'),
        PAGE.format(id=5, title="Old markup", more=OF_1),
        BODY.format(id=1, type=2, body=" "),
        BODY.format(id=3, type=2, body=CODE.format("]]]]><![CDATA[>")),
        BODY.format(id=4, type=2, body="<p>df</p>"),
        BODY.format(id=5, type=0, body="h2. Look\n{code}df -h{code}"),
        '<object class="Comment"><id name="id">6</id></object>',
        BODY.format(id=6, type=2, body="<p>a comment</p>"),
    )


def test_the_current_pages_of_a_space_are_read(tmp_path: Path) -> None:
    made = archive(tmp_path / "space.zip", {"entities.xml": space(), "attachments/1/x.md": TEXT})
    found = gathered(made)
    assert sorted(found) == ["Payments/Disk ∕ full", "Payments/Old markup"]
    page = found["Payments/Disk ∕ full"]
    assert page.form == "html"
    assert page.text is not None
    assert page.text.startswith("<h1>Disk / full</h1>\n<p>Look:</p>")
    assert "<![CDATA[df -h ]]>" in page.text
    assert found["Payments/Old markup"].text == "h1. Old markup\n\nh2. Look\n{code}df -h{code}"
    (tmp_path / "unpacked").mkdir()
    (tmp_path / "unpacked" / "entities.xml").write_text(space())
    assert gathered(tmp_path / "unpacked") == found


@pytest.mark.parametrize(
    "text",
    [
        export(head='<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'),
        export(head='<!DOCTYPE x SYSTEM "file:///etc/passwd">'),
        "<a>" * 100,
        "<hibernate-generic><object",
        "no xml",
    ],
    ids=["entities", "external", "deep", "cut off", "none"],
)
def test_a_hostile_export_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "entities.xml").write_text(text)
    with pytest.raises(CliError, match=r"entities\.xml"):
        gathered(tmp_path)


def test_a_circle_of_parents_ends(tmp_path: Path) -> None:
    circle = OF_1.replace(">1<", ">2<")
    (tmp_path / "entities.xml").write_text(
        export(
            PAGE.format(id=1, title="A", more=circle),
            PAGE.format(id=2, title="B", more=OF_1),
            BODY.format(id=1, type=2, body="<p>x</p>"),
        )
    )
    assert list(gathered(tmp_path)) == ["B/A"]


def test_a_page_of_an_html_export_is_its_content(tmp_path: Path) -> None:
    page = (
        "<html><head><title>Ops : Disk full</title></head><body><div id='page'><div id='breadcrumb-section'>"
        "<ol><li>Run the home page</li></ol></div><h1 id='title-text'> Ops : Disk full </h1>"
        '<div class=\'page-metadata\'>Created by Ann</div><div id="main-content" class="wiki-content group">'
        "<pre>df -h</pre></div><div id='footer'>Restart now</div></div></body></html>"
    )
    made = archive(
        tmp_path / "html.zip",
        {
            "OPS/Disk-full_12.html": page,
            "OPS/index.html": "<h2>Available Pages:</h2>",
            "OPS/styles/a.md": TEXT,
        },
    )
    found = gathered(made)
    assert list(found) == ["OPS/Disk-full_12.html"]
    text = found["OPS/Disk-full_12.html"].text or ""
    assert "<h1>Disk full</h1>" in text
    assert "<pre>df -h</pre>" in text
    assert "Restart" not in text
    assert "Ann" not in text
