import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as far as the worker protocol needs it: maps, lists, texts, truths, null, and numbers, whole ones
 * as the 64 bits that they are. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) {
        return new Json(text).value();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    static long number(Map<String, Object> from, String key, long otherwise) {
        return from.get(key) instanceof Number found ? found.longValue() : otherwise;
    }

    static String text(Map<String, Object> from, String key, String otherwise) {
        return from.get(key) instanceof String found ? found : otherwise;
    }

    static String write(Object value) {
        List<String> parts = new ArrayList<>();
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> each : map.entrySet())
                parts.add(quoted((String) each.getKey()) + ":" + write(each.getValue()));
            return "{" + String.join(",", parts) + "}";
        }
        if (value instanceof List<?> list) {
            for (Object each : list) parts.add(write(each));
            return "[" + String.join(",", parts) + "]";
        }
        return value instanceof String word ? quoted(word) : String.valueOf(value);
    }

    private static String quoted(String word) {
        StringBuilder made = new StringBuilder("\"");
        for (char c : word.toCharArray()) {
            if (c == '"' || c == '\\') made.append('\\').append(c);
            else if (c < ' ') made.append(String.format("\\u%04x", (int) c));
            else made.append(c);
        }
        return made.append('"').toString();
    }

    private char next() {
        while (Character.isWhitespace(text.charAt(at))) ++at;
        return text.charAt(at);
    }

    private Object value() {
        return switch (next()) {
            case '{' -> members();
            case '[' -> elements();
            case '"' -> word();
            case 't' -> skip(4, Boolean.TRUE);
            case 'f' -> skip(5, Boolean.FALSE);
            case 'n' -> skip(4, null);
            default -> digits();
        };
    }

    private Object skip(int letters, Object value) {
        at += letters;
        return value;
    }

    private Map<String, Object> members() {
        Map<String, Object> map = new LinkedHashMap<>();
        ++at;
        while (next() != '}') {
            if (text.charAt(at) == ',') ++at;
            next();
            String key = word();
            next();
            ++at; // ':'
            map.put(key, value());
        }
        ++at;
        return map;
    }

    private List<Object> elements() {
        List<Object> list = new ArrayList<>();
        ++at;
        while (next() != ']') {
            if (text.charAt(at) == ',') ++at;
            list.add(value());
        }
        ++at;
        return list;
    }

    private String word() {
        StringBuilder made = new StringBuilder();
        for (++at; text.charAt(at) != '"'; ++at) {
            char c = text.charAt(at);
            if (c != '\\') {
                made.append(c);
                continue;
            }
            char escaped = text.charAt(++at);
            if (escaped == 'u') {
                made.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                at += 4;
            } else {
                int known = "bfnrt".indexOf(escaped);
                made.append(known < 0 ? escaped : "\b\f\n\r\t".charAt(known));
            }
        }
        ++at;
        return made.toString();
    }

    private Number digits() {
        int begin = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) ++at;
        String number = text.substring(begin, at);
        if (number.matches("\\d+")) return Long.parseUnsignedLong(number);
        return number.matches("-\\d+") ? (Number) Long.parseLong(number) : (Number) Double.parseDouble(number);
    }
}
