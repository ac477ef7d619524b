"""The words that stand on every picture: Chinese, English, and the market's own language."""

from seawall.connectors.contracts import Speaker
from seawall.evidence.pictures.transcript import Standing
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market

SIMULATED = "SIMULATED 演练"
NO_TEXT = "[非文字消息 not a text message: see the record]"
NOT_SHOWN = "[图片无法安全显示 picture could not be shown safely]"

NAMES = {Speaker.SELLER: "店铺 shop", Speaker.BUYER: "买家 buyer", Speaker.SYSTEM: "平台 platform"}
MARKS = {
    Standing.ACKNOWLEDGED: "平台已受理 accepted by the platform",
    Standing.CONFIRMED: "平台记录已见 in the platform's record",
    Standing.READ: "买家已读 read by the buyer up to",
    Standing.BLOCKED: "被平台拦截 blocked by the platform",
    Standing.RECALLED: "已撤回 recalled",
    Standing.RECEIVED: "",
}
DAY_LANGUAGE = {market: market.facts.languages[0] for market in Market}

_NOTICES = {
    Language.ZH_HANS: "依平台记录绘制，并非截图",
    Language.EN: "Drawn from platform records, not a screenshot",
    Language.ID: "Digambar dari catatan platform, bukan tangkapan layar",
    Language.MS: "Dilukis daripada rekod platform, bukan tangkapan skrin",
    Language.TH: "ภาพนี้วาดจากบันทึกของแพลตฟอร์ม ไม่ใช่ภาพหน้าจอ",
    Language.VI: "Vẽ từ dữ liệu ghi nhận của sàn, không phải ảnh chụp màn hình",
    Language.FIL: "Iginuhit mula sa talaan ng platform, hindi screenshot",
    Language.ZH_HANT: "依平台紀錄繪製，並非截圖",
}


def notice(market: Market) -> list[str]:
    """What a picture says of itself, a line a language: Chinese, English, the market's own."""
    own = DAY_LANGUAGE[market]
    lines = [_NOTICES[Language.ZH_HANS], _NOTICES[Language.EN]]
    return lines if own in (Language.EN, Language.ZH_HANS) else [*lines, _NOTICES[own]]
