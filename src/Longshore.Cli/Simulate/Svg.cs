using System.Globalization;
using System.Security;
using System.Text;

namespace Longshore.Cli.Simulate;

/// <summary>Writes a drawing. Coordinates are pixels, from the left and from the top.</summary>
internal sealed class Svg(double width, double height)
{
    private readonly StringBuilder _shapes = new();

    public void Box(double x, double y, double width, double height, string colour) => Add(
        $"""<rect x="{x:0.##}" y="{y:0.##}" width="{width:0.##}" height="{height:0.##}" fill="{colour}"/>""");

    public void Line(double x1, double y1, double x2, double y2, string colour, double thickness = 1) => Add(
        $"""
        <line x1="{x1:0.##}" y1="{y1:0.##}" x2="{x2:0.##}" y2="{y2:0.##}" stroke="{colour}"
         stroke-width="{thickness:0.##}"/>
        """);

    public void Dot(double x, double y, double radius, string colour) =>
        Add($"""<circle cx="{x:0.##}" cy="{y:0.##}" r="{radius:0.##}" fill="{colour}"/>""");

    public void Path(IEnumerable<(double X, double Y)> points, string colour)
    {
        var text = string.Join(' ', points.Select(p => Spans.Invariant($"{p.X:0.##},{p.Y:0.##}")));
        Add(
            $"""
            <polyline points="{text}" fill="none" stroke="{colour}"
             stroke-width="1.6" stroke-linejoin="round"/>
            """);
    }

    public void Text(
        double x, double y, string text, string anchor = "start", double size = 12, string weight = "400",
        string colour = Ink) => Add(
        $"""
        <text x="{x:0.##}" y="{y:0.##}" text-anchor="{anchor}" font-size="{size:0.##}" font-weight="{weight}"
         fill="{colour}">{SecurityElement.Escape(text)}</text>
        """);

    public const string Ink = "#222831";
    public const string Muted = "#5b6470";
    public const string Grid = "#e3e6ea";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{width:0}" height="{height:0}"
         viewBox="0 0 {width:0} {height:0}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif">
        <rect width="100%" height="100%" fill="#ffffff"/>
        {_shapes}</svg>

        """);

    private void Add(FormattableString shape) =>
        _shapes.Append(shape.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
