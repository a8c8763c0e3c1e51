using System.Globalization;
using System.Text;

namespace Stillpoint.Bench.VaultCost;

/// <summary>A line over a logarithmic axis, as an SVG of a few kB.</summary>
internal static class Plot
{
    private const int Width = 480, Height = 240, Left = 64, Right = 16, Top = 32, Bottom = 36;

    public static string Draw(string title, string xLabel, IReadOnlyList<Measure> points)
    {
        var (low, high) = (points.Min(p => p.At), points.Max(p => p.At));
        var most = Math.Max(points.Max(p => p.Value) * 1.15, 1e-9);
        double X(double at) => Left + (Width - Left - Right) * (high > low ? Math.Log(at / low) / Math.Log(high / low) : 0.5);
        double Y(double value) => Height - Bottom - (Height - Top - Bottom) * value / most;
        var svg = new StringBuilder();
        void Add(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"11\">");
        Add($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>");
        Add($"<text x=\"{Left}\" y=\"18\" font-size=\"13\">{title}</text>");
        for (var i = 0; i <= 4; i++)
        {
            var value = most * i / 4;
            Add($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\" stroke=\"#ddd\"/>");
            Add($"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:F1}\" text-anchor=\"end\">{Short(value)}</text>");
        }
        foreach (var point in points) Add($"<text x=\"{X(point.At):F1}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{Short(point.At)}</text>");
        Add($"<text x=\"{Width - Right}\" y=\"{Height - 4}\" text-anchor=\"end\">{xLabel}</text>");
        Add($"<polyline fill=\"none\" stroke=\"#0063b1\" stroke-width=\"2\" points=\"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.At):F1},{Y(p.Value):F1}")))}\"/>");
        foreach (var point in points) Add($"<circle cx=\"{X(point.At):F1}\" cy=\"{Y(point.Value):F1}\" r=\"3\" fill=\"#0063b1\"><title>{Short(point.Value)}</title></circle>");
        return svg.Append("</svg>\n").ToString();
    }

    public static string Short(double value) => value.ToString(value >= 100 ? "N0" : value >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}
