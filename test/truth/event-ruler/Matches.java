import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.Machine;

/** Reads lines of {"pattern": ..., "events": [...]} and answers each with the numbers of the events that match, as a list. */
public final class Matches {
    public static void main(String[] arguments) throws Exception {
        ObjectMapper json = new ObjectMapper();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode question = json.readTree(line);
            Machine machine = new Machine();
            machine.addRule("rule", question.get("pattern").toString());
            StringBuilder answer = new StringBuilder("[");
            int number = 0;
            for (JsonNode event : question.get("events")) {
                if (!machine.rulesForJSONEvent(event.toString()).isEmpty()) {
                    answer.append(answer.length() > 1 ? "," : "").append(number);
                }
                number++;
            }
            System.out.println(answer.append("]"));
        }
    }
}
