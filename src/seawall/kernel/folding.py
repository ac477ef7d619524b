"""One plain view of a text for the patterns, with the way back to the original.

Width forms, fancy letters, look-alike letters, zero-width characters, emoji digits and Latin diacritics are folded
away, so that a pattern is written once. Every character of the view knows which original characters it stands for.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

# Cyrillic and Greek look-alikes: none of our languages uses these scripts, so a letter of theirs is a disguise.
_LOOK_ALIKES = dict(
    zip(
        "авеёкмнорстухіјѕԁԛԝһӏґпгαβεικνορτυχωζηѵ",
        "abeekmhopctyxijsdqwhlrnrabeiknoptuxwznv",
        strict=True,
    )
)
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢı", "abcdefghijklmnoprstuvwyzi", strict=True))
_TRADITIONAL = dict(
    zip(
        "訂單請關閉取銷運費賬號轉銀帳評價電話聯繫係們給這麼您點擊選擇險發貨無與為後還沒會讓證責誤問題歸過錯時間內個碼郵網頁應該勞煩幫謝對優動爛壞來說錢紅綠買賣賠償貴換倉庫寶體產裡當樣從開車門東業專嚴營團園圖國"
        "圓場塊壓報壯壽夢夠夾奪奮婦媽孫學實審寫將尋導屆屬層岡島嶺幣幾廠廣廢廳張強彈彙徑徹恆悅惡惱愛慘慣慶慮憂懷態懇懶戶擔據擋擠擬擴擾攜攝敗敵數斷於晉暫曆條極構槍樂標樓樹橋機橫檔檢檯歐歲殘殺毀氣決淨淺減測湯溝滿"
        "漁漢潔濕濟灣煙熱燈燒爐爭牆狀獨獎獻現環異畢療盡監盤眾睜確礎禮禍稅種稱穩窮競筆節範築篩簡簽籃籌類糧紀約級納純紙細終組結統絲經維緊線緣編緩練縣縮總績織繞繳續罰罷羅習聖聞聲職聽肅脫腦腳膚臉臨興舉舊艦藝術藥蘇"
        "虧處虛蟲衛衝補裝製複見規視親覺覽觀觸計訊討訓記設許訴診詞試詢詳認誌誰課調談論諒諸諾謂謊識譯議護讀變負財販貪貫貸貼賀資質賺購賽贈贊贏趕趙跡蹤軍軟較載輕輛輪輯輸轄辦辭農迴連週進達違遞遠適遲遷遺邊鄉醫釋針鋪"
        "錄鍵鎖鏡長閱闆陣陰陳陸陽隊際隨隱雖雙雜離難雲靈靜響項順須預頓領頭額顏願顧風飛飯飲飽館駐駕騎騙驗驚鬆魚齊龍匯櫃帶蝦鎮鐘鈴鋼鐵閃颱災搶損歡寬圍鄰臺貓儘併佈佔傘備傷傳債儲冊凍劃劑劇勢務勝採賴嗎僅"
        "丟創協卻廈廚彎徵戰掃掛揚撥撿擁攔攤權溫準滯漲潑瑪盜瞞紛紹絡綁縱罵膠膽艙華萬葉著蓋詐誠諷謀謠謹豐貢貿賊賓賜贖躍軌輔輩遊遙鄭醜釘鈔鈕鍋鏈闊隻雞頂頗頻顆飾餅養餓餘馬驅髒髮鬥鬧鮮鳥鹽麗麥黃黨齒齡"
        "員別刪區兩兒參啟勸則剛攬貝書畫喪義烏亂亞億儀偉倫偽傭側僑倆儉傾兌蘭獸馮沖況淒涼湊鳳憑凱鑿劉剎勁勵盧歷厲廁廂敘疊嘆吳嚇嘔嘗嚨嘩啞並覆瀏櫥佇侷俠倖偵傑傢僕僱儕兇冪劍勳勻厭叢吶呂啓喚喬喲嗚嘍嘯噸噴嚀嚮囑囉執塗塵墊墜墮"
        "壟壩妝姍娛嫻嬌嬰孿宮寵寧寢屍屜屢峽崗嶄嶼巔帥師幹廬弔彌恥惻愜慚慟慪憊憐憤憫憲懲懸戀戲拋挾捨掙揀揮搖搗撈撐撓撫撲擲擺攏攙斂斃斬暈暉暢曉曠朧棄棗棟棧楊榮樁樞橢欄殼毆氈洩淚淵渾湧滅滌滲滾潛澀澆濃濾瀉瀕瀝灑烴煉熾燦燭爍"
        "牽犧狹獄獵瑣瓊畝疇痙瘋癢癥皺盞瞭矯碩磚礙祕禦禱禿積窩窺竄竅筍箏簍簾籠粵糞糾紋紐紗紡紳絆絕綜綢綵緒緝緞締緯緻縛縫繃繡繩繭繼纏罈聰聳脅脈脹腎腸膩臘臟臥艱莊莖葷蒼蓮蔣蕭薦藍藉蘋蘿蝕螞蟻蠟蠻衊襪襯訃訝訟訪註詛詠誇誘語誡"
        "誣誼諉諧諱謎謙講謬譏譜譴讚豈豔豬貞貧貯賂賄賒賤贅贓趨踐踴軀軋轎轟辯辮遜邁醞醬釀釐釣鈍鉅鉛銅銘銜銳鋁鋒錦鍊鍛鏟鑒鑑鑰鑽閏閒閘閥閨閩闖闢陘陝隸雛霧靂韓韻頌頑頒頸顯顫飢餃餌饋饒饞馱馳駁駝駱騰騷驕驟鬱魯鯨鳴鴉鴨鴻鵝鷹鹼"
        "麵黏黴齋龐龜倂嚐姪妳裏峯牠甦羣鞦彆衹祇鬍亙仝託譁讬讌復憶晝漸爾獲籤賞階",
        "订单请关闭取销运费账号转银账评价电话联系系们给这么您点击选择险发货无与为后还没会让证责误问题归过错时间内个码邮网页应该劳烦帮谢对优动烂坏来说钱红绿买卖赔偿贵换仓库宝体产里当样从开车门东业专严营团园图国"
        "圆场块压报壮寿梦够夹夺奋妇妈孙学实审写将寻导届属层冈岛岭币几厂广废厅张强弹汇径彻恒悦恶恼爱惨惯庆虑忧怀态恳懒户担据挡挤拟扩扰携摄败敌数断于晋暂历条极构枪乐标楼树桥机横档检台欧岁残杀毁气决净浅减测汤沟满"
        "渔汉洁湿济湾烟热灯烧炉争墙状独奖献现环异毕疗尽监盘众睁确础礼祸税种称稳穷竞笔节范筑筛简签篮筹类粮纪约级纳纯纸细终组结统丝经维紧线缘编缓练县缩总绩织绕缴续罚罢罗习圣闻声职听肃脱脑脚肤脸临兴举旧舰艺术药苏"
        "亏处虚虫卫冲补装制复见规视亲觉览观触计讯讨训记设许诉诊词试询详认志谁课调谈论谅诸诺谓谎识译议护读变负财贩贪贯贷贴贺资质赚购赛赠赞赢赶赵迹踪军软较载轻辆轮辑输辖办辞农回连周进达违递远适迟迁遗边乡医释针铺"
        "录键锁镜长阅板阵阴陈陆阳队际随隐虽双杂离难云灵静响项顺须预顿领头额颜愿顾风飞饭饮饱馆驻驾骑骗验惊松鱼齐龙汇柜带虾镇钟铃钢铁闪台灾抢损欢宽围邻台猫尽并布占伞备伤传债储册冻划剂剧势务胜采赖吗仅"
        "丢创协却厦厨弯征战扫挂扬拨捡拥拦摊权温准滞涨泼玛盗瞒纷绍络绑纵骂胶胆舱华万叶着盖诈诚讽谋谣谨丰贡贸贼宾赐赎跃轨辅辈游遥郑丑钉钞钮锅链阔只鸡顶颇频颗饰饼养饿余马驱脏发斗闹鲜鸟盐丽麦黄党齿龄"
        "员别删区两儿参启劝则刚揽贝书画丧义乌乱亚亿仪伟伦伪佣侧侨俩俭倾兑兰兽冯冲况凄凉凑凤凭凯凿刘刹劲励卢历厉厕厢叙叠叹吴吓呕尝咙哗哑并复浏橱伫局侠幸侦杰家仆雇侪凶幂剑勋匀厌丛呐吕启唤乔哟呜喽啸吨喷咛向嘱啰执涂尘垫坠堕"
        "垄坝妆姗娱娴娇婴孪宫宠宁寝尸屉屡峡岗崭屿巅帅师干庐吊弥耻恻惬惭恸怄惫怜愤悯宪惩悬恋戏抛挟舍挣拣挥摇捣捞撑挠抚扑掷摆拢搀敛毙斩晕晖畅晓旷胧弃枣栋栈杨荣桩枢椭栏壳殴毡泄泪渊浑涌灭涤渗滚潜涩浇浓滤泻濒沥洒烃炼炽灿烛烁"
        "牵牺狭狱猎琐琼亩畴痉疯痒症皱盏了矫硕砖碍秘御祷秃积窝窥窜窍笋筝篓帘笼粤粪纠纹纽纱纺绅绊绝综绸彩绪缉缎缔纬致缚缝绷绣绳茧继缠坛聪耸胁脉胀肾肠腻腊脏卧艰庄茎荤苍莲蒋萧荐蓝借苹萝蚀蚂蚁蜡蛮蔑袜衬讣讶讼访注诅咏夸诱语诫"
        "诬谊诿谐讳谜谦讲谬讥谱谴赞岂艳猪贞贫贮赂贿赊贱赘赃趋践踊躯轧轿轰辩辫逊迈酝酱酿厘钓钝巨铅铜铭衔锐铝锋锦炼锻铲鉴鉴钥钻闰闲闸阀闺闽闯辟陉陕隶雏雾雳韩韵颂顽颁颈显颤饥饺饵馈饶馋驮驰驳驼骆腾骚骄骤郁鲁鲸鸣鸦鸭鸿鹅鹰碱"
        "面粘霉斋庞龟并尝侄你里峰它苏群秋别只只胡亘同托哗托宴复忆昼渐尔获签赏阶",
        strict=True,
    )
)
_OTHER = {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"}
_FOLD: dict[str, str] = {**_LOOK_ALIKES, **_SMALL_CAPITALS, **_TRADITIONAL, **_OTHER}
# Squared and negative letters have no compatibility form in Unicode.
_FOLD |= {chr(0x1F130 + i): chr(97 + i) for i in range(26)}
_FOLD |= {chr(0x1F150 + i): chr(97 + i) for i in range(26)}
_FOLD |= {chr(0x1F170 + i): chr(97 + i) for i in range(26)}


@dataclass(frozen=True)
class View:
    """A folded text. `starts[i]`/`ends[i]` are the original code points that character i stands for."""

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of a span of the view (end exclusive)."""
        if start >= end:
            return (0, 0)
        return self.starts[start], self.ends[end - 1]

    def source(self, start: int, end: int) -> str:
        """The original characters behind a span of the view."""
        first, last = self.span(start, end)
        return self.original[first:last]

    def shortened(self, spans: Sequence[tuple[int, int]]) -> "View":
        """The view with each of these spans written as one #, so that a long number parts no words that belong."""
        if not spans:
            return self
        text, starts, ends = [], [], []
        at = 0
        for begin, stop in sorted(spans):
            if begin < at:
                continue
            text += [self.text[at:begin], "#"]
            starts += [*self.starts[at:begin], self.starts[begin]]
            ends += [*self.ends[at:begin], self.ends[stop - 1]]
            at = stop
        return View(
            self.original,
            "".join([*text, self.text[at:]]),
            (*starts, *self.starts[at:]),
            (*ends, *self.ends[at:]),
        )

    def index_of(self, original_at: int) -> int:
        """The first view character that stands at or behind an original place."""
        return bisect_left(self.starts, original_at)


class _Folder(dict[int, str]):
    """Folds single characters for str.translate, each once."""

    def __missing__(self, code: int) -> str:
        folded = _fold_cluster(chr(code))
        self[code] = folded
        return folded


_FOLDER = _Folder()


def view_of(text: str) -> View:
    """Fold a text. Never raises, whatever the text holds."""
    # Most texts fold one character to one; only marks that ride on others and widening forms need the slow way.
    if all(len(_FOLDER[ord(each)]) == 1 and not _rides(each) for each in set(text)):
        places = tuple(range(len(text) + 1))
        return _closed_up(View(text, text.translate(_FOLDER), places[:-1], places[1:]))
    return _closed_up(_view_by_cluster(text))


def _view_by_cluster(text: str) -> View:
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at, size = 0, len(text)
    while at < size:
        end = at + 1
        while end < size and text[end] >= "\u0300" and _rides(text[end]):
            end += 1
        folded = _FOLDER[ord(text[at])] if end == at + 1 else _fold_cluster(text[at:end])
        out.extend(folded)
        starts.extend([at] * len(folded))
        ends.extend([end] * len(folded))
        at = end
    return View(text, "".join(out), tuple(starts), tuple(ends))


# Letters set apart one by one ("c a n c e l", "h.u.y"), Thai the same way, and gaps inside Chinese words.
_THAI_UNIT = r"[ก-ฮเ-ไ][\u0e30-\u0e3a\u0e45-\u0e4e]*"
_APART = re.compile(
    r"(?<![a-z])[a-z](?:([ .\-_*·~|]{1,2})[a-z](?![a-z])){2,}"
    rf"|(?<![\u0e00-\u0e7f]){_THAI_UNIT}(?:[ .\-_*]{{1,2}}{_THAI_UNIT}(?![\u0e00-\u0e7f])){{3,}}"
    r"|(?<=[\u4e00-\u9fff])[ *·_~|]{1,2}(?=[\u4e00-\u9fff])"
)


# "pleaaase" and "cancelll" are written by an excited hand: one letter stays, of e and o two, since these are often
# doubled by right ("feeedback"). Digits are never run together, nor "www".
_DRAWN_OUT = re.compile(r"([eo]{2}|[a-df-np-vx-z])(?<=(.))\2{1,}(?<=\2\2\2)")


def _closed_up(view: View) -> View:
    """The view with disguising gaps taken out. A wider gap between spaced letters parts words: one space stays."""
    keep = [True] * len(view.text)
    for match in _DRAWN_OUT.finditer(view.text):
        for at in range(match.start() + len(match.group(1)), match.end()):
            keep[at] = False
    for match in _APART.finditer(view.text):
        gaps = list(re.finditer(r"[ .\-_*·~|]+", match.group()))
        narrow = min(len(gap.group()) for gap in gaps)
        for gap in gaps:
            first = match.start() + gap.start() + (1 if len(gap.group()) > narrow else 0)
            for at in range(first, match.start() + gap.end()):
                keep[at] = False
    if all(keep):
        return view
    kept = [at for at, each in enumerate(keep) if each]
    return View(
        view.original,
        "".join(view.text[at] for at in kept),
        tuple(view.starts[at] for at in kept),
        tuple(view.ends[at] for at in kept),
    )


def _rides(each: str) -> bool:
    """Whether a character belongs to the one before it and says nothing by itself."""
    return each >= "\u0300" and not _is_thai(each) and unicodedata.category(each) in {"Mn", "Me"}


def _is_thai(each: str) -> bool:
    return "\u0e00" <= each <= "\u0e7f"


@cache
def _fold_cluster(cluster: str) -> str:
    first = cluster[0]
    if "\ud800" <= first <= "\udfff":
        return " "
    if _is_thai(first):
        # Thai keeps its vowel and tone marks, and NFKC would split sara am. Only its digits are folded.
        return str(unicodedata.digit(first)) if unicodedata.category(first) == "Nd" else first
    if unicodedata.category(first) == "Cf":
        return ""
    if first in "\n\r\v\f\u2028\u2029":
        return "\n"
    decomposed = unicodedata.normalize("NFKD", _FOLD.get(cluster.casefold(), cluster)).casefold()
    return "".join(_fold_one(each) for each in decomposed)


def _fold_one(each: str) -> str:
    category = unicodedata.category(each)
    if category in {"Mn", "Me", "Cf"}:
        return ""
    if category == "Nd":
        return str(unicodedata.digit(each))
    if category in {"Zs", "Cc"}:
        return " "
    return _FOLD.get(each, each)
